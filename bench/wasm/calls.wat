;; Makes the calls to the proxy that gateway.wasm makes for a permit by three policies, in their order
;; (tests/host/tests/all/calls.rs counts them), and computes nothing: what it costs is the interface's part.
;; With a configuration, whatever it says, each request makes all of them twice.
(module
  (import "env" "proxy_get_header_map_pairs" (func $headers (param i32 i32 i32) (result i32)))
  (import "env" "proxy_remove_header_map_value" (func $remove (param i32 i32 i32) (result i32)))
  (import "env" "proxy_get_property" (func $property (param i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_set_property" (func $state (param i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_get_current_time_nanoseconds" (func $wall (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $monotonic (param i32 i64 i32) (result i32)))
  (import "env" "proxy_get_shared_data" (func $shared (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_set_shared_data" (func $share (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_define_metric" (func $define (param i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_increment_metric" (func $count (param i32 i64) (result i32)))
  (memory (export "memory") 2)

  ;; Names and values, as long as those of the plugin. Answers go to 1024 (pointer, size, number or time)
  ;; and from 65536 on (bytes); the metric's id is at 1280.
  (data (i32.const 0) "source\00address")
  (data (i32.const 64) "connection\00sha256_peer_certificate_digest")
  (data (i32.const 128) "authorization")
  (data (i32.const 192) "limits.of.each.address")
  (data (i32.const 256) "portcullis.principal")
  (data (i32.const 320) "portcullis.jwt.subject")
  (data (i32.const 384) "portcullis.jwt.issuer")
  (data (i32.const 448) "portcullis.calls.decision")
  (data (i32.const 512) "portcullis.calls.pass")
  (data (i32.const 576) "verdict=permit;reason=-;route=orders;rule=-;shadow=-")
  (data (i32.const 640) "portcullis.calls.permitted")

  (global $twice (mut i32) (i32.const 0))

  ;; A call that was not carried out costs less than it should: it ends the request.
  (func $done (param $status i32)
    (if (local.get $status) (then (unreachable))))

  (func $share_set
    ;; eight slots; without a number they are written whatever was there
    (call $done (call $share (i32.const 192) (i32.const 22) (i32.const 2048) (i32.const 160) (i32.const 0))))

  (func $calls
    (call $done (call $headers (i32.const 0) (i32.const 1024) (i32.const 1028)))
    (call $done (call $property (i32.const 0) (i32.const 14) (i32.const 1024) (i32.const 1028)))
    (call $done (call $property (i32.const 64) (i32.const 42) (i32.const 1024) (i32.const 1028)))
    (call $done (call $wall (i32.const 1024)))
    (call $done (call $monotonic (i32.const 1) (i64.const 1) (i32.const 1024)))
    (call $done (call $shared (i32.const 192) (i32.const 22) (i32.const 1024) (i32.const 1028) (i32.const 1032)))
    (call $share_set)
    (call $done (call $remove (i32.const 0) (i32.const 128) (i32.const 13)))
    (call $done (call $state (i32.const 256) (i32.const 20) (i32.const 576) (i32.const 40)))
    (call $done (call $state (i32.const 320) (i32.const 22) (i32.const 576) (i32.const 10)))
    (call $done (call $state (i32.const 384) (i32.const 21) (i32.const 576) (i32.const 20)))
    (call $done (call $count (i32.load (i32.const 1280)) (i64.const 1)))
    (call $done (call $state (i32.const 448) (i32.const 25) (i32.const 576) (i32.const 52)))
    (call $done (call $state (i32.const 512) (i32.const 21) (i32.const 576) (i32.const 1))))

  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 65536))
  (func (export "proxy_on_context_create") (param i32 i32))
  (func (export "proxy_on_configure") (param $root i32) (param $size i32) (result i32)
    (global.set $twice (i32.ne (local.get $size) (i32.const 0)))
    (call $done (call $define (i32.const 0) (i32.const 640) (i32.const 26) (i32.const 1280)))
    (call $share_set)
    (i32.const 1))
  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
    (call $calls)
    (if (global.get $twice) (then (call $calls)))
    (i32.const 0))
  (func (export "proxy_on_response_headers") (param i32 i32 i32) (result i32) (i32.const 0))
  (func (export "proxy_on_delete") (param i32)))

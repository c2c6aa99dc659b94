;; A wasm filter that decides nothing itself: it asks a service by gRPC for every request and goes on
;; when an answer comes. It sends an empty message and does not read the answer, so that it is the
;; least that such a filter can cost.
(module
  (import "env" "proxy_grpc_call" (func $grpc_call
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_continue_stream" (func $continue_stream (param i32) (result i32)))
  (import "env" "proxy_set_effective_context" (func $set_effective_context
    (param i32) (result i32)))
  (memory (export "memory") 1)
  ;; envoy.config.core.v3.GrpcService{envoy_grpc{cluster_name: "callout"}} on the wire
  (data (i32.const 0) "\0a\09\0a\07callout")
  (data (i32.const 32) "envoy.service.auth.v3.Authorization")
  (data (i32.const 96) "Check")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_context_create") (param i32 i32))
  (func (export "proxy_on_configure") (param i32 i32) (result i32) (i32.const 1))
  (func (export "proxy_on_request_headers") (param $context i32) (param i32 i32) (result i32)
    (if (call $grpc_call
      (i32.const 0) (i32.const 11) (i32.const 32) (i32.const 35) (i32.const 96) (i32.const 5)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 10000) (i32.const 512))
      (then (unreachable)))
    (i32.store (call $slot (i32.load (i32.const 512))) (local.get $context))
    (i32.const 1))
  ;; The answer comes to the root context, with the token of its question.
  (func (export "proxy_on_grpc_receive") (param i32) (param $token i32) (param i32)
    (drop (call $set_effective_context (i32.load (call $slot (local.get $token)))))
    (drop (call $continue_stream (i32.const 0))))
  ;; Where the context of a question is kept; tokens are four apart, and fewer than 1,024 are open.
  (func $slot (param $token i32) (result i32)
    (i32.add (i32.const 4096) (i32.and (local.get $token) (i32.const 4092))))
  (func (export "proxy_on_delete") (param i32)))

;; A plugin that marks every request as permitted, if it could be configured at all.
;; The first `FAIL_FROM - 1` instances configure; the ones after them answer as `FAULT` says.
;; Instances are counted in shared data, which a proxy's threads have in common.
(module
  (import "env" "proxy_get_shared_data"
    (func $get (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_set_shared_data"
    (func $set (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_set_property"
    (func $set_property (param i32 i32 i32 i32) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "configured")       ;; 10 bytes, the counter's key
  (data (i32.const 16) "portcullis.none.pass") ;; 20 bytes, the mark's name
  (data (i32.const 40) "1")                    ;; the mark's value
  ;; 48: address of a value, 52: its length, 56: its version, 64: the counter
  (global $free (mut i32) (i32.const 1024))

  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_memory_allocate") (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (global.get $free))
    (global.set $free (i32.add (global.get $free) (local.get $size)))
    (local.get $at))
  (func (export "proxy_on_context_create") (param i32 i32))
  (func (export "proxy_on_vm_start") (param i32 i32) (result i32) (i32.const 1))
  (func (export "proxy_on_done") (param i32) (result i32) (i32.const 1))
  (func (export "proxy_on_delete") (param i32))

  (func $count (result i32)
    (local $n i32)
    (loop $again
      (local.set $n (i32.const 1))
      (i32.store (i32.const 56) (i32.const 0))
      (if (i32.eqz (call $get (i32.const 0) (i32.const 10)
                              (i32.const 48) (i32.const 52) (i32.const 56)))
        (then (local.set $n
          (i32.add (i32.load (i32.load (i32.const 48))) (i32.const 1)))))
      (i32.store (i32.const 64) (local.get $n))
      (br_if $again (i32.eq (i32.const 8) ;; another thread was faster
        (call $set (i32.const 0) (i32.const 10)
                   (i32.const 64) (i32.const 4) (i32.load (i32.const 56))))))
    (local.get $n))

  (func (export "proxy_on_configure") (param i32 i32) (result i32)
    (if (i32.ge_u (call $count) (i32.const FAIL_FROM))
      (then (return FAULT)))
    (i32.const 1))

  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
    (drop (call $set_property
      (i32.const 16) (i32.const 20) (i32.const 40) (i32.const 1)))
    (i32.const 0)))

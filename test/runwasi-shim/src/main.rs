//! The least that makes a runwasi shim: one Wasm module with WASI 0.1 on the container's own streams, interpreted by wasmi.
//! containerd starts it as `containerd-shim-lumos-v1`; everything of containers is containerd-shim-wasm's.
use anyhow::{Context, Result, anyhow};
use containerd_shim_wasm::sandbox::Sandbox;
use containerd_shim_wasm::sandbox::context::{Entrypoint, RuntimeContext};
use containerd_shim_wasm::shim::{Cli, Shim, Version, version};
use wasmi::{Config, Engine, Linker, Module, Store};
use wasmi_wasi::sync::WasiCtxBuilder;

struct LumosShim;

#[derive(Default)]
struct Interpreter;

impl Shim for LumosShim {
    type Sandbox = Interpreter;

    fn name() -> &'static str {
        "lumos"
    }

    fn version() -> Version {
        version!()
    }
}

impl Sandbox for Interpreter {
    /// Runs the entry point to its end. The exit code is the module's own; a trap is an error with wasmi's words.
    async fn run_wasi(&self, context: &impl RuntimeContext) -> Result<i32> {
        let Entrypoint { source, func, .. } = context.entrypoint();
        let engine = Engine::new(&Config::default());
        let module = Module::new(&engine, &source.as_bytes()?)?;
        let mut builder = WasiCtxBuilder::new();
        builder.inherit_stdio().args(context.args())?;
        for variable in context.envs() {
            let (name, value) = variable.split_once('=').unwrap_or((variable, ""));
            builder.env(name, value)?;
        }
        let mut store = Store::new(&engine, builder.build());
        let mut linker = Linker::new(&engine);
        wasmi_wasi::add_to_linker(&mut linker, |wasi| wasi)?;
        let instance = linker.instantiate(&mut store, &module)?.start(&mut store)?;
        let entry = instance
            .get_typed_func::<(), ()>(&store, &func)
            .with_context(|| format!("the module has no function {func}"))?;
        match entry.call(&mut store, ()) {
            Ok(()) => Ok(0),
            Err(error) => match error.i32_exit_status() {
                Some(code) => Ok(code),
                None => Err(anyhow!(error)),
            },
        }
    }
}

fn main() {
    LumosShim::run(None);
}

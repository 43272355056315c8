//! Metrics of the process and of the tokio runtime that serves, read when they are asked for.
//!
//! Names and meanings are those that every Prometheus client library gives:
//! <https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics>.

use ::metrics::Unit;
use tokio::runtime::Handle;

use super::exposition::Sample;

/// Samples what can be read here; what cannot is left out.
pub(super) fn sample(serving: Option<&Handle>, tell: &mut dyn FnMut(Sample)) {
    #[cfg(target_os = "linux")]
    linux::sample(tell);
    if let Some(serving) = serving {
        runtime(serving, tell);
    }
}

fn gauge(name: &'static str, unit: Option<Unit>, help: &'static str, value: f64) -> Sample {
    Sample {
        name,
        kind: "gauge",
        unit,
        help,
        value,
    }
}

fn runtime(serving: &Handle, tell: &mut dyn FnMut(Sample)) {
    let metrics = serving.metrics();
    tell(gauge(
        "tokio_runtime_workers",
        None,
        "Worker threads of the runtime.",
        metrics.num_workers() as f64,
    ));
    tell(gauge(
        "tokio_runtime_alive_tasks",
        None,
        "Tasks that are spawned and not finished.",
        metrics.num_alive_tasks() as f64,
    ));
    tell(gauge(
        "tokio_runtime_global_queue_depth",
        None,
        "Tasks that wait in the global queue of the runtime.",
        metrics.global_queue_depth() as f64,
    ));
}

#[cfg(target_os = "linux")]
mod linux {
    use ::metrics::Unit;
    use procfs::process::{LimitValue, Process, Stat};
    use procfs::{CurrentSI, KernelStats, WithCurrentSystemInfo};

    use super::{Sample, gauge};

    pub(super) fn sample(tell: &mut dyn FnMut(Sample)) {
        let Ok(process) = Process::myself() else {
            return;
        };
        if let Ok(stat) = process.stat() {
            times_and_sizes(&stat, tell);
        }
        if let Ok(open) = process.fd_count() {
            tell(gauge(
                "process_open_fds",
                None,
                "Open file descriptors.",
                open as f64,
            ));
        }
        if let Ok(limits) = process.limits()
            && let LimitValue::Value(most) = limits.max_open_files.soft_limit
        {
            tell(gauge(
                "process_max_fds",
                None,
                "Most file descriptors that may be open.",
                most as f64,
            ));
        }
    }

    fn times_and_sizes(stat: &Stat, tell: &mut dyn FnMut(Sample)) {
        let ticks = procfs::ticks_per_second() as f64;
        tell(Sample {
            name: "process_cpu_seconds_total",
            kind: "counter",
            unit: Some(Unit::Seconds),
            help: "User and system CPU time spent, in seconds.",
            value: (stat.utime + stat.stime) as f64 / ticks,
        });
        tell(gauge(
            "process_resident_memory_bytes",
            Some(Unit::Bytes),
            "Resident memory, in bytes.",
            stat.rss_bytes().get() as f64,
        ));
        tell(gauge(
            "process_virtual_memory_bytes",
            Some(Unit::Bytes),
            "Virtual memory, in bytes.",
            stat.vsize as f64,
        ));
        tell(gauge(
            "process_threads",
            None,
            "Threads of the process.",
            stat.num_threads as f64,
        ));
        if let Some(start) = start_time(stat, ticks) {
            tell(gauge(
                "process_start_time_seconds",
                Some(Unit::Seconds),
                "When the process started, in seconds since the Unix epoch.",
                start,
            ));
        }
    }

    /// The kernel reports it in ticks since the boot.
    fn start_time(stat: &Stat, ticks: f64) -> Option<f64> {
        let boot = KernelStats::current().ok()?.btime;
        Some(boot as f64 + stat.starttime as f64 / ticks)
    }
}

//! Metrics of the process and of its tokio runtime, read when they are asked for.
//!
//! Names and meanings are those that every Prometheus client library gives:
//! <https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics>.

use super::exposition::Families;

/// Adds what can be read here; what cannot is left out.
pub(super) fn sample(families: &mut Families, constant: &str) {
    #[cfg(target_os = "linux")]
    linux::sample(families, constant);
    runtime(families, constant);
}

/// The runtime that renders: the only one of a program.
fn runtime(families: &mut Families, constant: &str) {
    let Ok(handle) = tokio::runtime::Handle::try_current() else {
        return;
    };
    let metrics = handle.metrics();
    let mut gauge = |name, help, value: usize| {
        families.add(name, "gauge", help, constant, value as f64);
    };
    gauge(
        "tokio_runtime_workers",
        "Worker threads of the runtime.",
        metrics.num_workers(),
    );
    gauge(
        "tokio_runtime_alive_tasks",
        "Tasks that are spawned and not finished.",
        metrics.num_alive_tasks(),
    );
    gauge(
        "tokio_runtime_global_queue_depth",
        "Tasks that wait in the global queue of the runtime.",
        metrics.global_queue_depth(),
    );
}

#[cfg(target_os = "linux")]
mod linux {
    use procfs::process::{LimitValue, Process, Stat};
    use procfs::{CurrentSI, KernelStats, WithCurrentSystemInfo};

    use super::Families;

    pub(super) fn sample(families: &mut Families, constant: &str) {
        let Ok(process) = Process::myself() else {
            return;
        };
        let mut add = |name, kind, help, value: f64| {
            families.add(name, kind, help, constant, value);
        };
        if let Ok(stat) = process.stat() {
            let ticks = procfs::ticks_per_second() as f64;
            add(
                "process_cpu_seconds_total",
                "counter",
                "User and system CPU time spent, in seconds.",
                (stat.utime + stat.stime) as f64 / ticks,
            );
            add(
                "process_resident_memory_bytes",
                "gauge",
                "Resident memory, in bytes.",
                stat.rss_bytes().get() as f64,
            );
            add(
                "process_virtual_memory_bytes",
                "gauge",
                "Virtual memory, in bytes.",
                stat.vsize as f64,
            );
            add(
                "process_threads",
                "gauge",
                "Threads of the process.",
                stat.num_threads as f64,
            );
            if let Some(start) = start_time(&stat, ticks) {
                add(
                    "process_start_time_seconds",
                    "gauge",
                    "When the process started, in seconds since the Unix epoch.",
                    start,
                );
            }
        }
        if let Ok(open) = process.fd_count() {
            add(
                "process_open_fds",
                "gauge",
                "Open file descriptors.",
                open as f64,
            );
        }
        if let Ok(limits) = process.limits()
            && let LimitValue::Value(most) = limits.max_open_files.soft_limit
        {
            add(
                "process_max_fds",
                "gauge",
                "Most file descriptors that may be open.",
                most as f64,
            );
        }
    }

    /// The kernel tells it in ticks since the boot.
    fn start_time(stat: &Stat, ticks: f64) -> Option<f64> {
        let boot = KernelStats::current().ok()?.btime;
        Some(boot as f64 + stat.starttime as f64 / ticks)
    }
}

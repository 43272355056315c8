//! What seldom happens costs nothing each time that its task is woken for something else.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use pin_project_lite::pin_project;

pin_project! {
    /// A future that is polled only when it was woken itself. A task that waits for much else, too, asks it with each poll.
    pub(super) struct Seldom<F> {
        #[pin]
        future: F,
        woken: Arc<Woken>,
        // Made of `woken`.
        waker: Waker,
        // The task's, as `woken` has it.
        task: Option<Waker>,
    }
}

struct Woken {
    /// Whether the future is to be polled.
    is_woken: AtomicBool,
    task: Mutex<Option<Waker>>,
}

impl<F> Seldom<F> {
    /// It is polled once at the beginning.
    pub(super) fn new(future: F) -> Self {
        let woken = Arc::new(Woken {
            is_woken: AtomicBool::new(true),
            task: Mutex::default(),
        });
        Self {
            future,
            waker: Arc::clone(&woken).into(),
            woken,
            task: None,
        }
    }
}

impl<F: Future> Future for Seldom<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let task = context.waker();
        if !this
            .task
            .as_ref()
            .is_some_and(|known| known.will_wake(task))
        {
            *this.task = Some(task.clone());
            *this.woken.task() = Some(task.clone());
        }
        // After the waker is in its place, so that nobody who wakes from now on is missed.
        if !this.woken.is_woken.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }
        this.future.poll(&mut Context::from_waker(this.waker))
    }
}

impl Woken {
    fn task(&self) -> std::sync::MutexGuard<'_, Option<Waker>> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_woken.store(true, Ordering::Release);
        let task = self.task().clone();
        if let Some(task) = task {
            task.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::poll_fn;
    use std::pin::pin;

    use super::*;
    use crate::counted::Task;

    #[test]
    fn it_is_polled_when_it_was_woken_and_not_when_its_task_was() {
        let (polls, inner) = (Cell::new(0), Cell::new(None::<Waker>));
        let mut seldom = pin!(Seldom::new(poll_fn(|context| {
            polls.set(polls.get() + 1);
            inner.set(Some(context.waker().clone()));
            match polls.get() {
                3 => Poll::Ready("done"),
                _ => Poll::Pending,
            }
        })));
        let first = Arc::new(Task::default());
        let waker = Waker::from(Arc::clone(&first));
        let mut context = Context::from_waker(&waker);
        for _ in 0..3 {
            assert!(seldom.as_mut().poll(&mut context).is_pending());
        }
        assert_eq!(polls.get(), 1);
        let wake = || inner.take().expect("it was polled").wake();
        wake();
        assert_eq!(first.count(), 1);
        assert!(seldom.as_mut().poll(&mut context).is_pending());
        assert_eq!(polls.get(), 2);
        // Another task takes it over.
        let second = Arc::new(Task::default());
        let waker = Waker::from(Arc::clone(&second));
        let mut context = Context::from_waker(&waker);
        assert!(seldom.as_mut().poll(&mut context).is_pending());
        assert_eq!(polls.get(), 2);
        wake();
        assert_eq!(first.count(), 1);
        assert_eq!(second.count(), 1);
        assert_eq!(seldom.as_mut().poll(&mut context), Poll::Ready("done"));
    }
}

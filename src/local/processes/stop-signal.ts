/** A second signal within this time is the first one, come twice: from the terminal and from a parent that passes it on. */
const echoMs = 500;

export interface StopSignal extends Disposable {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP; the reason is the signal's name. */
  readonly signal: AbortSignal;
}

export interface StopSignalOptions {
  /** Called when somebody is in a hurry and asks again. */
  readonly onSecond: () => void;
  /**
   * Whether the end of the parent process means stop. npm passes no signal on: `kill` of `npm start` ends
   * npm and leaves its child.
   */
  readonly followParent: boolean;
}

export function stopSignal({ onSecond, followParent }: StopSignalOptions): StopSignal {
  const controller = new AbortController();
  let firstAt = 0;
  const onSignal = (name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      firstAt = performance.now();
      controller.abort(name);
    } else if (performance.now() - firstAt > echoMs) onSecond();
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, onSignal);
  const watch = followParent ? watchParent(() => controller.abort('the parent process is gone')) : undefined;
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of names) process.off(name, onSignal);
      clearInterval(watch);
    },
  };
}

/** Orphans get another parent. */
function watchParent(onGone: () => void): NodeJS.Timeout {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    onGone();
  }, 500);
  return watch.unref();
}

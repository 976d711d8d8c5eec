/** What the page of the demo may do to its server, where `DEMO_FAULTS` is `on`. */
export interface DemoFaults {
  /** Ends the process at once, as a crash does; `npm start` starts it again. */
  killServer(): void
  /** Makes the log begin anew, as after the loss of a disk. */
  forgetLog(): Promise<void>
}

/** Time for the answer to leave. */
const KILL_AFTER_MS = 50

export function createDemoFaults(forgetLog: () => Promise<void>): DemoFaults {
  return {
    killServer: () => void setTimeout(() => process.kill(process.pid, 'SIGKILL'), KILL_AFTER_MS),
    forgetLog,
  }
}

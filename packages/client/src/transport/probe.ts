/** How long a connection with a probe may be silent, in milliseconds. */
const PROBE_MS = 2_000
const STEP_MS = 200
/** Any Socket.IO v4 server answers at once that it has no such namespace. */
export const PROBE_NAMESPACE = '/$probe'

/** The reason why `checkAlive` ended a connection that still looked open: the client connects again at once. */
export class DeadConnection extends Error {}

/**
 * Waits for the answer to a probe, and calls `end` if the connection is silent for `PROBE_MS` before it. The heartbeat alone
 * might take 45 seconds. A busy connection is not silent: the probe and its answer may be behind much data on a slow network.
 */
export class Probe {
  readonly #timer: ReturnType<typeof setInterval>
  #silentMs = 0

  /** `unsent`: how much the transport has not sent. */
  constructor(unsent: () => number, end: (error: DeadConnection) => void) {
    let before = unsent()
    this.#timer = setInterval(() => {
      const now = unsent()
      this.#silentMs = now < before ? 0 : this.#silentMs + STEP_MS
      before = now
      if (this.#silentMs >= PROBE_MS) end(new DeadConnection(`no answer to a probe within ${PROBE_MS} ms`))
    }, STEP_MS)
  }

  /** The connection has received a packet. */
  received(): void {
    this.#silentMs = 0
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

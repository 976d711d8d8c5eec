import type { BackendFault } from './plan.ts'
import type { Logs } from './run-record.ts'

/** The servers of a run, with the log behind them. */
export interface Backend {
  /** A page may connect to each of these ports. */
  readonly ports: readonly number[]
  /** How often servers, and Redis, were started again. */
  readonly restarts: { readonly servers: number; readonly redis: number }
  /** Returns undefined, and does nothing, where another fault is under way at that place. */
  applyFault(fault: BackendFault): Promise<void> | undefined
  /** Puts a user out of a room, once a server runs. A server that ends meanwhile may not get to it. */
  putOut(user: string, room: string, banMs: number): Promise<void>
  /** Ends the connections of a user with a code after which clients return, once a server runs. */
  sendAway(user: string): Promise<void>
  /** Ends all faults. */
  heal(): Promise<void>
  logs(): Promise<Logs>
  /** Stops the servers after the last client has disconnected. */
  stop(): Promise<void>
  /** Ends what is left of a run that has failed. */
  kill(): Promise<void>
}

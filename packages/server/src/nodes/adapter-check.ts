import { RoomfulError } from '@roomful/contract'
import { isObject } from '@roomful/contract/protocol'
import { refuse } from '../refuse.ts'
import type { Report } from '../report.ts'

/** Refuses Socket.IO adapters that span processes, where each process has a log of its own. */
export class AdapterCheck {
  readonly #isNeeded: boolean
  readonly #report: Report
  #isReported = false
  /** The adapter that was found to be good last. */
  #good: unknown

  /** `isNeeded`: there may be other processes, with logs of their own. */
  constructor({ isNeeded, report }: { readonly isNeeded: boolean; readonly report: Report }) {
    this.#isNeeded = isNeeded
    this.#report = report
  }

  /** @throws RoomfulError `INVALID_ARGUMENT` for a Socket.IO server or namespace whose adapter spans processes. */
  assertServer(io: unknown): void {
    if (!isObject(io)) return
    const namespace = isObject(io['sockets']) && 'adapter' in io['sockets'] ? io['sockets'] : io
    if (!this.#mayUse(namespace['adapter'])) throw createError(namespace['adapter'])
  }

  /**
   * For each connection, since an app may set the adapter later. The error is reported once.
   * @throws RefusalError `UNAVAILABLE`
   */
  assertSocket({ nsp }: { readonly nsp: unknown }): void {
    const adapter = isObject(nsp) ? nsp['adapter'] : undefined
    if (this.#mayUse(adapter)) return
    if (!this.#isReported) this.#report(createError(adapter), { during: 'connection' })
    this.#isReported = true
    throw refuse('UNAVAILABLE', 'the server cannot accept connections at the moment')
  }

  #mayUse(adapter: unknown): boolean {
    if (!this.#isNeeded || adapter === this.#good) return true
    if (spansProcesses(adapter)) return false
    this.#good = adapter
    return true
  }
}

/**
 * Whether an adapter sends to other processes. All that do so replace `serverSideEmit` of Socket.IO's adapter in memory, which only
 * warns; `socket.io-redis`, older than that method, has two clients of Redis.
 */
function spansProcesses(adapter: unknown): boolean {
  if (!isObject(adapter)) return false
  let count = 0
  for (let one: unknown = Object.getPrototypeOf(adapter); isObject(one); one = Object.getPrototypeOf(one))
    if (Object.hasOwn(one, 'serverSideEmit')) count += 1
  return count > 1 || (isObject(adapter['pubClient']) && isObject(adapter['subClient']))
}

function createError(adapter: unknown): RoomfulError {
  const name = isObject(adapter) ? adapter.constructor.name : 'adapter'
  return new RoomfulError(
    'INVALID_ARGUMENT',
    `createRooms: the Socket.IO adapter (${name}) spans processes, and the log does not: each process would give its own numbers to messages, and clients would lose some. Use the option log: redisLog(…) of @roomful/server/redis. If this process is the only one, remove the adapter or set the option singleProcess: true`,
  )
}

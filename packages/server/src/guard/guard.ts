import type { IncomingMessage } from 'node:http'
import { refuse } from '../refuse.ts'
import type { Report } from '../report.ts'
import { ConnectionGuard, type GuardParts } from './connection-guard.ts'
import { Deadlines } from './deadlines.ts'
import { assertConnection, type Engine, type EngineConnection, engineServerOf, isEmitter, onEngine } from './engine.ts'
import { TurnCounter } from './next-turn.ts'
import type { Settings } from '../settings.ts'
import { UnsentTotal } from './unsent-total.ts'

/** The attachments of a packet must come within this time. */
const ATTACHMENTS_MS = 5_000

/** Guards all connections of a Socket.IO server, from their first packet on. */
export class Guard {
  readonly #report: Report
  readonly #engines = new Set<Engine>()
  readonly #forgetServer: () => void
  readonly #guards = new Map<string, ConnectionGuard>()
  readonly #unsent: UnsentTotal
  readonly #unused: Deadlines<ConnectionGuard>
  readonly #incomplete: Deadlines<ConnectionGuard>
  readonly #parts: GuardParts

  /** @throws RoomfulError `INVALID_ARGUMENT` for an object that is not a Socket.IO server of a known version. */
  constructor(
    io: unknown,
    { limits: { pageBytes }, serverLimits: limits, connectTimeoutMs, metrics, report }: Settings,
  ) {
    const turns = new TurnCounter()
    const hit: GuardParts['hit'] = (bound) => metrics.bounds.add(bound)
    this.#report = report
    this.#unsent = new UnsentTotal(limits.unsentTotalBytes, hit)
    this.#unused = new Deadlines(connectTimeoutMs, (guard) => guard.end('connectTimeout'))
    this.#incomplete = new Deadlines(ATTACHMENTS_MS, (guard) => guard.end('attachments'))
    const guards = this.#guards
    this.#parts = {
      listeners: {
        packet(this: EngineConnection, packet) {
          guards.get(this.id)?.received(packet)
        },
        packetCreate(this: EngineConnection, packet) {
          guards.get(this.id)?.created(packet)
        },
        flush(this: EngineConnection) {
          guards.get(this.id)?.flushed()
        },
        close(this: EngineConnection) {
          guards.get(this.id)?.closed()
        },
      },
      limits,
      pageBytes,
      turn: () => turns.current(),
      unsent: this.#unsent,
      setDeadlines: (guard, { isUnused, isIncomplete }) => {
        this.#unused[isUnused ? 'start' : 'stop'](guard)
        this.#incomplete[isIncomplete ? 'start' : 'stop'](guard)
      },
      hit,
      closed: (guard) => this.#remove(guard),
    }
    this.#forgetServer = onEngine(engineServerOf(io), (engine) => this.#watchEngine(engine))
  }

  /** The bytes that connections did not read yet. */
  get unsentBytes(): number {
    return this.#unsent.bytes
  }

  /**
   * @throws RefusalError `UNAVAILABLE` if the connection has ended; RoomfulError `INVALID_ARGUMENT` if it is of an engine
   * that the guard does not know.
   */
  of(connection: unknown): ConnectionGuard {
    assertConnection(connection)
    const known = this.#guards.get(connection.id)
    if (known !== undefined) return known
    if (connection.readyState === 'closed') throw refuse('UNAVAILABLE', 'the connection has ended')
    // The server was attached more than once before `createRooms`, which sees only the last engine.
    if (isEmitter(connection.server)) this.#watchEngine(connection.server)
    return this.#watch(connection)
  }

  /** Guards no longer. */
  stop(): void {
    this.#forgetServer()
    for (const engine of this.#engines) {
      engine.off('connection', this.#connected)
      engine.off('headers', this.#responds)
    }
    for (const guard of this.#guards.values()) guard.stop()
    this.#guards.clear()
    this.#unsent.stop()
    this.#unused.clear()
    this.#incomplete.clear()
  }

  #watchEngine(engine: Engine): void {
    if (this.#engines.has(engine)) return
    this.#engines.add(engine)
    engine.on('connection', this.#connected)
    engine.on('headers', this.#responds)
  }

  readonly #connected = (connection: EngineConnection): void => {
    try {
      this.of(connection)
    } catch (error) {
      this.#report(error, { during: 'connection' })
      connection.close?.(true)
    }
  }

  /** Engine.IO is about to answer a request, which may belong to a connection. */
  readonly #responds = (_headers: object, { url = '', headers, socket }: IncomingMessage): void => {
    const id = new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('sid')
    if (id !== null) this.#guards.get(id)?.responds(socket, headers.upgrade !== undefined)
  }

  #watch(connection: EngineConnection): ConnectionGuard {
    const guard = new ConnectionGuard(connection, this.#parts)
    this.#guards.set(connection.id, guard)
    return guard
  }

  #remove(guard: ConnectionGuard): void {
    this.#guards.delete(guard.id)
    this.#unsent.remove(guard)
    this.#unused.stop(guard)
    this.#incomplete.stop(guard)
  }
}

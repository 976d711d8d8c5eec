import { describe, RoomfulError } from '@roomful/contract'
import { transports as builtIn } from 'engine.io-client'

/** What we need to see of a transport's protected side. */
interface Inside {
  onData(data: unknown): void
  onPacket(packet: { type: string; data?: string }): void
  onError(reason: string, cause: unknown): unknown
}
type InsideClass = new (options: object) => Inside
type TransportClass = (typeof builtIn)['websocket']

const DEFAULT_ORDER = ['polling', 'websocket', 'webtransport']
/** A timer beyond this overflows and fires at once. */
const LONGEST_MS = 2 ** 31 - 1

/** Transports whose bad packets end the attempt, as any transport error does, instead of throwing into the page. */
export function guardedTransports(wanted: readonly (string | object)[] = DEFAULT_ORDER): TransportClass[] {
  return wanted.map((transport) => guarded(typeof transport === 'string' ? byName(transport) : transport))
}

function byName(name: string): object {
  if (Object.hasOwn(builtIn, name)) return builtIn[name as keyof typeof builtIn]
  throw new RoomfulError(
    'INVALID_ARGUMENT',
    `socket.transports: expected some of ${DEFAULT_ORDER.join(', ')}, got ${describe(name)}`,
  )
}

function guarded(transport: object): TransportClass {
  const guardedClass = class extends (transport as InsideClass) {
    override onData(data: unknown): void {
      this.#guard(() => super.onData(data))
    }

    override onPacket(packet: { type: string; data?: string }): void {
      this.#guard(() => {
        if (packet.type === 'open') assertHandshake(packet.data)
        super.onPacket(packet)
      })
    }

    #guard(work: () => void): void {
      try {
        work()
      } catch (cause) {
        this.onError('invalid packet', cause)
      }
    }
  }
  return guardedClass as unknown as TransportClass
}

/** Heartbeats of no length would reconnect in a tight loop, for ever. */
function assertHandshake(data: string | undefined): void {
  const { sid, pingInterval, pingTimeout } = JSON.parse(data ?? '') as Record<string, unknown>
  const beats = Number(pingInterval) + Number(pingTimeout)
  if (typeof sid !== 'string' || !(Number(pingInterval) > 0) || !(Number(pingTimeout) > 0) || beats > LONGEST_MS)
    throw new Error('the first packet is not a handshake')
}

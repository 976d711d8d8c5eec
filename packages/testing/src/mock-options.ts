import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import type { ServerOptions } from 'socket.io'
import type { ConnectRefusal, PacketFilter } from './faults.ts'
import type { MockServerOptions } from './mock-server.ts'

/** Parses the server's origin. Throws `INVALID_ARGUMENT` for anything else. */
export function checkedUrl(url: unknown): URL {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined
  const isOrigin = parsed && /^(https?|wss?):$/.test(parsed.protocol) && parsed.pathname === '/' && parsed.search === ''
  if (isOrigin) return parsed
  throw invalid(`url: expected an origin such as "https://chat.example", got ${describe(url)}`)
}

/** Returns the options for Socket.IO's server. Throws `INVALID_ARGUMENT` for options that the mock does not support. */
export function checkedOptions({ options = {}, profile, seed }: MockServerOptions): Partial<ServerOptions> {
  if (profile !== undefined && profile !== 'flask') throw invalid(`profile: expected "flask", got ${describe(profile)}`)
  if (seed !== undefined && !Number.isFinite(seed)) throw invalid(`seed: expected a number, got ${describe(seed)}`)
  if (options.parser !== undefined)
    throw invalid('options.parser: expected none, because the mock reads packets of the default parser only')
  if (profile === 'flask' && options.connectionStateRecovery)
    throw invalid('options.connectionStateRecovery: expected none, because Flask-SocketIO recovers no state')
  return options
}

export function checkedNumber(name: string, value: unknown, from: number, to: number): number {
  if (typeof value === 'number' && value >= from && value <= to) return value
  throw invalid(`${name}: expected a number from ${from} to ${to}, got ${describe(value)}`)
}

export function checkedFilter(name: string, value: unknown): PacketFilter | undefined {
  if (value === undefined || typeof value === 'string' || typeof value === 'function') return value as PacketFilter
  throw invalid(`${name}: expected an event's name or a function, got ${describe(value)}`)
}

export function checkedRefusal(value: unknown): ConnectRefusal {
  const isRefusal =
    typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string'
  if (isRefusal) return value as ConnectRefusal
  throw invalid(`refuse: expected { message, data? } with a string as message, got ${describe(value)}`)
}

export function invalid(message: string): RoomfulError {
  return new RoomfulError('INVALID_ARGUMENT', message)
}

import { RoomfulError } from '@roomful/contract'
import { isObject } from '@roomful/contract/protocol'
import { assertNumber, type ClientOptions, type ExistingSocketOptions, expected } from './options.ts'
import { isSocketOption, replacementOf } from './transport/socket-options.ts'
import type { SocketOptions } from './transport/socket-port.ts'

const SET_ON_SOCKET = 'set it where the socket is made'
const RECONNECT_NUMBERS = ['attempts', 'minDelayMs', 'maxDelayMs'] as const
const NAMES: Readonly<Record<keyof ClientOptions | 'contract', true>> = {
  url: true,
  rooms: true,
  auth: true,
  autoConnect: true,
  connectTimeoutMs: true,
  ackTimeoutMs: true,
  joinTimeoutMs: true,
  reconnect: true,
  queueLimit: true,
  onInvalid: true,
  onDrop: true,
  onError: true,
  inspect: true,
  socket: true,
  existingSocket: true,
  contract: true,
}
/** Options of earlier versions, and of `rooms`: what to use in their place. */
const MOVED: ReadonlyMap<string, string> = new Map([
  ['outbox', '{ rooms: roomful({ outbox }) }'],
  ['refusalOf', '{ rooms: plainRooms({ refusalOf }) }'],
  ['ackWaitMs', '{ rooms: plainRooms({ acks }) }'],
  ['helloTimeoutMs', 'connectTimeoutMs'],
])
const FUNCTIONS = ['onInvalid', 'onDrop', 'onError', 'inspect'] as const

/**
 * For callers without a compiler, in development: pages in production do not load these checks. A url and times are checked
 * in production too, since an app may compute them there. `assertSocketOptions`: which options of `socket` the transport has.
 */
export function assertOptions(
  options: (ClientOptions | ExistingSocketOptions) & { readonly contract?: unknown },
  assertSocketOptions: (options: SocketOptions) => void,
): void {
  assertNames(options)
  const { auth, reconnect, socket, rooms, contract } = options
  const assert = (name: string, value: unknown, isFine: (value: unknown) => boolean, what: string): void => {
    if (value !== undefined && !isFine(value)) expected(name, what, value)
  }
  const has = (key: string) => (value: unknown) => isObject(value) && key in value
  for (const name of FUNCTIONS) assert(name, options[name], isFunction, 'a function')
  assert('auth', auth, (value) => isFunction(value) || isObject(value), 'an object such as { token }, or a function')
  assert('reconnect', reconnect, isObject, 'an object such as { attempts: 0 }')
  for (const name of RECONNECT_NUMBERS) assertNumber(`reconnect.${name}`, reconnect?.[name])
  assert('socket', socket, isObject, 'an object such as { path }')
  if (socket) assertSocketOptions(socket)
  assert('rooms', rooms, has('createProtocol'), 'roomful() or plainRooms()')
  assert('contract', contract, has('checks'), 'the result of defineContract()')
  if (options.existingSocket !== undefined) assertExistingSocket(options)
}

function assertNames(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || Object.hasOwn(NAMES, name)) continue
    const instead = MOVED.get(name) ?? (isSocketOption(name) ? `{ socket: { ${name} } }` : replacementOf(name))
    throw new RoomfulError('INVALID_ARGUMENT', `createClient has no option ${name}${instead ? `: use ${instead}` : ''}`)
  }
}

function assertExistingSocket({ existingSocket, ...options }: ExistingSocketOptions): void {
  const isSocket =
    isObject(existingSocket) && ['connect', 'onAny', 'offAny', 'io'].every((name) => name in existingSocket)
  if (!isSocket) expected('existingSocket', 'a Socket of socket.io-client', existingSocket)
  for (const name of ['url', 'auth', 'socket', 'connectTimeoutMs', 'reconnect'] as const) {
    if (options[name] !== undefined)
      throw new RoomfulError('INVALID_ARGUMENT', `${name} is not accepted with existingSocket: ${SET_ON_SOCKET}`)
  }
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

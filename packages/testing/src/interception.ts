import type http from 'node:http'
import type https from 'node:https'
import type module from 'node:module'
import type net from 'node:net'
import type stream from 'node:stream'
import type { Duplex } from 'node:stream'
import type timers from 'node:timers'
import type tls from 'node:tls'

/** The parts of Node that a network in memory touches. */
export interface NodeModules {
  readonly http: typeof http
  readonly https: typeof https
  readonly module: typeof module
  readonly net: typeof net
  readonly stream: typeof stream
  readonly timers: typeof timers
  readonly tls: typeof tls
}

/** Where a connection is to lead. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** Who takes a connection instead of the network. */
interface Taker {
  connect(isSecure: boolean): Duplex
}

type Connect = (this: unknown, ...args: unknown[]) => unknown
/** Whatever has a function that opens connections. */
type Opener = Record<string, Connect>
type FindTaker = (address: Address) => Taker | undefined

/** Node's own modules, or undefined where there are none: in a browser. No import, which a bundler would follow. */
export function nodeModules(): NodeModules | undefined {
  if (typeof process === 'undefined' || typeof process.getBuiltinModule !== 'function') return undefined
  return {
    http: process.getBuiltinModule('node:http'),
    https: process.getBuiltinModule('node:https'),
    module: process.getBuiltinModule('node:module'),
    net: process.getBuiltinModule('node:net'),
    stream: process.getBuiltinModule('node:stream'),
    timers: process.getBuiltinModule('node:timers'),
    tls: process.getBuiltinModule('node:tls'),
  }
}

/** Looks at each connection that this process opens, whichever library does. Returns its undo. */
export function interceptConnections(node: NodeModules, find: FindTaker): () => void {
  const undos = [
    take(node.net, 'connect', false, find),
    take(node.net, 'createConnection', false, find),
    take(node.tls, 'connect', true, find),
    // Agents hold on to the function that they found when Node started.
    take(node.http.Agent.prototype, 'createConnection', false, find),
    take(node.https.Agent.prototype, 'createConnection', true, find),
  ]
  // Who imported one of them by its name from an ES module has ours too.
  node.module.syncBuiltinESMExports()
  // Not so the timers: a test imports them by their names to have those that are no fakes.
  const timerUndos = followFakeTimers(node.timers)
  return () => {
    for (const undo of [...timerUndos, ...undos]) undo()
    node.module.syncBuiltinESMExports()
  }
}

function replace<T extends object, K extends keyof T>(owner: T, name: K, replacement: T[K]): () => void {
  const original = owner[name]
  owner[name] = replacement
  return () => {
    // Somebody may have replaced ours since then: it stays below, and lets everything pass.
    if (owner[name] === replacement) owner[name] = original
  }
}

function take(owner: object, name: string, isSecure: boolean, find: FindTaker): () => void {
  const opener = owner as Opener
  const original = opener[name] as Connect
  return replace(opener, name, function (...args) {
    const list = argumentsOf(args)
    const address = addressOf(list, isSecure)
    const taker = address && find(address)
    if (!taker) return original.apply(this, args)
    const socket = taker.connect(isSecure)
    const connected = list.at(-1)
    if (typeof connected === 'function') socket.once(isSecure ? 'secureConnect' : 'connect', connected as () => void)
    return socket
  })
}

/** Engine.io takes its timers from Node's module, where fake timers do not look: its heartbeats shall follow them too. */
function followFakeTimers(module: typeof timers): (() => void)[] {
  const { setTimeout, clearTimeout } = module
  const fakes = new WeakSet<NodeJS.Timeout>()
  function start(task: (...args: unknown[]) => void, ms?: number, ...args: unknown[]): NodeJS.Timeout {
    if (!('clock' in globalThis.setTimeout)) return setTimeout(task, ms, ...args)
    const fake = globalThis.setTimeout(task, ms, ...args) as unknown as NodeJS.Timeout
    fakes.add(fake)
    return fake
  }
  function clear(timer: NodeJS.Timeout | undefined): void {
    if (timer && fakes.has(timer)) globalThis.clearTimeout(timer)
    else clearTimeout(timer)
  }
  // util.promisify() looks for what Node has put on its own.
  Object.defineProperties(start, Object.getOwnPropertyDescriptors(setTimeout))
  return [
    replace(module, 'setTimeout', start as typeof setTimeout),
    replace(module, 'clearTimeout', clear as typeof clearTimeout),
  ]
}

/** An agent hands them over as a list in a list. */
function argumentsOf(args: readonly unknown[]): readonly unknown[] {
  return Array.isArray(args[0]) ? (args[0] as unknown[]) : args
}

/** As `net.connect` reads its arguments: options, or a port and a host. */
function addressOf([first, second]: readonly unknown[], isSecure: boolean): Address | undefined {
  const options = (typeof first === 'object' && first !== null ? first : { port: first, host: second }) as {
    readonly port?: unknown
    readonly host?: unknown
    readonly hostname?: unknown
  }
  const host = options.host ?? options.hostname
  if (typeof host !== 'string') return undefined
  return { host: host.toLowerCase(), port: Number(options.port ?? (isSecure ? 443 : 80)) }
}

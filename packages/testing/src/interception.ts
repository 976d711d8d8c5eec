import type http from 'node:http'
import type https from 'node:https'
import type net from 'node:net'
import type stream from 'node:stream'
import type timers from 'node:timers'
import type tls from 'node:tls'

/** The parts of Node that a network in memory touches. */
export interface NodeModules {
  readonly http: typeof http
  readonly https: typeof https
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
  connect(isSecure: boolean): unknown
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
    net: process.getBuiltinModule('node:net'),
    stream: process.getBuiltinModule('node:stream'),
    timers: process.getBuiltinModule('node:timers'),
    tls: process.getBuiltinModule('node:tls'),
  }
}

/** Looks at each connection that this process opens, whichever library does. Returns its undo. */
export function interceptConnections(node: NodeModules, find: FindTaker): () => void {
  const undos = [
    replace(node.net, 'connect', false, find),
    replace(node.net, 'createConnection', false, find),
    replace(node.tls, 'connect', true, find),
    // Agents hold on to the function that they found when Node started.
    replace(node.http.Agent.prototype, 'createConnection', false, find),
    replace(node.https.Agent.prototype, 'createConnection', true, find),
    followFakeTimers(node.timers),
  ]
  return () => {
    for (const undo of undos) undo()
  }
}

function replace(owner: object, name: string, isSecure: boolean, find: FindTaker): () => void {
  const opener = owner as Opener
  const original = opener[name] as Connect
  const replacement: Connect = function (...args) {
    const address = addressOf(args, isSecure)
    const taker = address && find(address)
    return taker ? taker.connect(isSecure) : original.apply(this, args)
  }
  opener[name] = replacement
  return () => {
    // Somebody may have replaced ours since then: it stays below, and lets everything pass.
    if (opener[name] === replacement) opener[name] = original
  }
}

/** Engine.io takes its timers from Node's module, where fake timers do not look: its heartbeats shall follow them too. */
function followFakeTimers(module: typeof timers): () => void {
  const { setTimeout, clearTimeout } = module
  const fakes = new WeakSet<NodeJS.Timeout>()
  const own = {
    setTimeout(task: () => void, ms?: number): NodeJS.Timeout {
      if (!('clock' in globalThis.setTimeout)) return setTimeout(task, ms)
      const fake = globalThis.setTimeout(task, ms) as unknown as NodeJS.Timeout
      fakes.add(fake)
      return fake
    },
    clearTimeout(timer: NodeJS.Timeout | undefined): void {
      if (timer && fakes.has(timer)) globalThis.clearTimeout(timer)
      else clearTimeout(timer)
    },
  }
  Object.assign(module, own)
  return () => void Object.assign(module, { setTimeout, clearTimeout })
}

/** As `net.connect` reads its arguments: options, or a port and a host; an agent hands them over as a list in a list. */
function addressOf(args: readonly unknown[], isSecure: boolean): Address | undefined {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args
  const options = (typeof first === 'object' && first !== null ? first : { port: first, host: second }) as {
    readonly port?: unknown
    readonly host?: unknown
    readonly hostname?: unknown
  }
  const host = options.host ?? options.hostname
  if (typeof host !== 'string') return undefined
  return { host: host.toLowerCase(), port: Number(options.port ?? (isSecure ? 443 : 80)) }
}

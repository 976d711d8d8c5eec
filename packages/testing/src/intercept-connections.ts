import type http from 'node:http'
import type https from 'node:https'
import type module from 'node:module'
import type net from 'node:net'
import type stream from 'node:stream'
import type { Duplex } from 'node:stream'
import type timers from 'node:timers'
import type tls from 'node:tls'
import type { Address } from './address.ts'

/** The modules of Node that the interception needs. */
export interface NodeModules {
  readonly http: typeof http
  readonly https: typeof https
  readonly module: typeof module
  readonly net: typeof net
  readonly stream: typeof stream
  readonly timers: typeof timers
  readonly tls: typeof tls
}

/** Opens connections in memory to one address. */
interface ConnectionTarget {
  connect(isSecure: boolean): Duplex
}

/** Returns the target for an address, or undefined: then the connection is opened by Node as usual. */
type FindTarget = (address: Address) => ConnectionTarget | undefined

type Connect = (this: unknown, ...args: unknown[]) => unknown

/** Node's modules; undefined in a browser. They are not imported, because a bundler would follow an import. */
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

/** Replaces the functions that open connections in this process. Returns a function that restores them. */
export function interceptConnections(node: NodeModules, findTarget: FindTarget): () => void {
  const restores = [
    interceptMethod(node.net, 'connect', false, findTarget),
    interceptMethod(node.net, 'createConnection', false, findTarget),
    interceptMethod(node.tls, 'connect', true, findTarget),
    // Agents keep their own reference to the function, taken when Node started.
    interceptMethod(node.http.Agent.prototype, 'createConnection', false, findTarget),
    interceptMethod(node.https.Agent.prototype, 'createConnection', true, findTarget),
  ]
  // Updates named imports of these functions in ES modules.
  node.module.syncBuiltinESMExports()
  // After the call above: a test that imports timers by name wants the real ones.
  const timerRestores = followFakeTimers(node.timers)
  return () => {
    for (const restore of [...timerRestores, ...restores]) restore()
    node.module.syncBuiltinESMExports()
  }
}

function replace<T extends object, K extends keyof T>(owner: T, name: K, replacement: T[K]): () => void {
  const original = owner[name]
  owner[name] = replacement
  return () => {
    // If other code has replaced the function since, that replacement stays. It may call the mock's, which then only calls the original.
    if (owner[name] === replacement) owner[name] = original
  }
}

function interceptMethod(owner: object, name: string, isSecure: boolean, findTarget: FindTarget): () => void {
  const methods = owner as Record<string, Connect>
  const original = methods[name] as Connect
  return replace(methods, name, function (...args) {
    const list = argumentsOf(args)
    const address = addressOf(list, isSecure)
    const target = address && findTarget(address)
    if (!target) return original.apply(this, args)
    const socket = target.connect(isSecure)
    const onConnect = list.at(-1)
    if (typeof onConnect === 'function') socket.once(isSecure ? 'secureConnect' : 'connect', onConnect as () => void)
    return socket
  })
}

/** Engine.IO takes its timers from `node:timers`, which fake timers do not replace. Its heartbeats must follow them too. */
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
  // Node's setTimeout has properties that util.promisify() needs.
  Object.defineProperties(start, Object.getOwnPropertyDescriptors(setTimeout))
  return [
    replace(module, 'setTimeout', start as typeof setTimeout),
    replace(module, 'clearTimeout', clear as typeof clearTimeout),
  ]
}

/** An agent passes the arguments as an array in the first argument. */
function argumentsOf(args: readonly unknown[]): readonly unknown[] {
  return Array.isArray(args[0]) ? (args[0] as unknown[]) : args
}

/** Reads the arguments as `net.connect` does: options, or a port and a host. */
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

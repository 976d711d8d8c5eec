import { text } from 'node:stream/consumers'
import { createContext, runInContext } from 'node:vm'
import { WebSocket } from 'ws'
import { type Engine, removeMissing } from '../support/baseline.ts'

// Runs the client in a global object that has what an engine has and no more; started by baseline.node.test.ts, with the
// bundled code on its standard input. Prints the results as JSON. Node itself keeps its own builtins.

const { engine, ...urls } = JSON.parse(process.argv[2] ?? '') as {
  readonly engine: Engine
  readonly plain: string
  readonly roomful: string
}

/** The errors of the app's listeners. */
const reports: string[] = []

/** In every engine. socket.io-client needs `WebSocket` and the timers; polling would need `XMLHttpRequest`. */
const everywhere = {
  AbortController,
  AbortSignal,
  Blob,
  URL,
  URLSearchParams,
  WebSocket,
  clearInterval,
  clearTimeout,
  console: { ...console, error: (text: string) => reports.push(text) },
  performance,
  queueMicrotask,
  setInterval,
  setTimeout,
}
const page = new EventTarget()
const browser = {
  BroadcastChannel,
  DOMException,
  Event,
  EventTarget,
  MessageChannel,
  TextDecoder,
  TextEncoder,
  addEventListener: page.addEventListener.bind(page),
  atob,
  btoa,
  crypto,
  document: Object.assign(new EventTarget(), { visibilityState: 'visible' }),
  removeEventListener: page.removeEventListener.bind(page),
  reportError: () => reports.push('reportError'),
  structuredClone,
}

const context = createContext(engine === 'Hermes' ? everywhere : { ...everywhere, ...browser })
const engineGlobal = runInContext('globalThis', context) as typeof globalThis
removeMissing(engine, { from: engineGlobal })
const navigator = engine === 'Hermes' ? { product: 'ReactNative' } : { onLine: true }
Object.assign(engineGlobal, { window: engineGlobal, navigator })

runInContext(await text(process.stdin), context)
const { runPlain, runRoomful } = runInContext('baseline', context) as typeof import('./baseline-runs.ts')
// The polyfill react-native-get-random-values does this.
const polyfill = () => Object.assign(engineGlobal, { crypto: { getRandomValues: crypto.getRandomValues.bind(crypto) } })
const results = { plain: await runPlain(urls.plain), roomful: await runRoomful(urls.roomful, polyfill) }
console.log(JSON.stringify({ ...results, reports }))

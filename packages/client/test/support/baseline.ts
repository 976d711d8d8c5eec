// The engines of the baseline, and the APIs that each of them lacks. Sources: MDN's browser-compat-data for the browsers;
// for Hermes its branch for React Native 0.72 and the globals that React Native adds.

export const ENGINES = ['Safari 15.4', 'Chrome 98', 'Firefox 94', 'Hermes', 'a page over http'] as const
export type Engine = (typeof ENGINES)[number]

const BROWSERS = ['Safari 15.4', 'Chrome 98', 'Firefox 94'] as const
const ALL = [...BROWSERS, 'Hermes'] as const

const MISSING: readonly { readonly engines: readonly Engine[]; readonly names: readonly string[] }[] = [
  {
    engines: ALL,
    names: [
      ...methods('Array', 'fromAsync'),
      ...methods('Array.prototype', 'toReversed toSorted toSpliced with'),
      ...methods('TypedArray.prototype', 'toReversed toSorted with'),
      ...methods('ArrayBuffer.prototype', 'detached maxByteLength resizable resize transfer transferToFixedLength'),
      ...methods('Uint8Array', 'fromBase64 fromHex'),
      ...methods('Uint8Array.prototype', 'setFromBase64 setFromHex toBase64 toHex'),
      ...methods('Object', 'groupBy'),
      ...methods('Map', 'groupBy'),
      ...methods('Map.prototype', 'getOrInsert getOrInsertComputed'),
      ...methods('WeakMap.prototype', 'getOrInsert getOrInsertComputed'),
      ...methods('Set.prototype', 'difference intersection isDisjointFrom isSubsetOf isSupersetOf symmetricDifference'),
      ...methods('Set.prototype', 'union'),
      ...methods('Iterator.prototype', 'drop every filter find flatMap forEach map reduce some take toArray'),
      ...methods('Promise', 'try withResolvers'),
      ...methods('RegExp', 'escape'),
      ...methods('String.prototype', 'isWellFormed toWellFormed'),
      ...methods('Error', 'isError'),
      ...methods('Math', 'f16round sumPrecise'),
      ...methods('JSON', 'isRawJSON rawJSON'),
      ...methods('Intl', 'DurationFormat'),
      ...methods('URL', 'canParse parse'),
      ...methods('URLSearchParams.prototype', 'size'),
      ...methods('AbortSignal', 'any timeout'),
      ...methods('Blob.prototype', 'bytes'),
      'Iterator',
      'Float16Array',
      'DisposableStack',
      'AsyncDisposableStack',
      'SuppressedError',
    ],
  },
  { engines: ['Chrome 98', 'Firefox 94', 'Hermes'], names: ['AbortSignal.prototype.throwIfAborted'] },
  {
    engines: ['Firefox 94', 'Hermes'],
    names: ['AbortSignal.prototype.reason', 'Intl.Segmenter', 'Intl.supportedValuesOf'],
  },
  { engines: ['Safari 15.4', 'Hermes'], names: ['requestIdleCallback', 'cancelIdleCallback'] },
  {
    engines: ['Safari 15.4', 'Firefox 94', 'Hermes'],
    names: ['CompressionStream', 'DecompressionStream', 'scheduler'],
  },
  {
    engines: ['Firefox 94'],
    names: [
      ...methods('Array.prototype', 'findLast findLastIndex'),
      ...methods('TypedArray.prototype', 'findLast findLastIndex'),
      ...methods('Error', 'captureStackTrace'),
      ...methods('IDBFactory.prototype', 'databases'),
    ],
  },
  { engines: ['Firefox 94', 'a page over http'], names: ['Crypto.prototype.randomUUID', 'Navigator.prototype.locks'] },
  { engines: ['a page over http'], names: ['Crypto.prototype.subtle', 'caches'] },
  {
    // It has `window`, `performance.now`, `queueMicrotask`, `AbortController`, `WebSocket` and `XMLHttpRequest`. Older
    // versions have a `URL` whose `protocol` and `origin` throw; without the new architecture it has no `WeakRef`.
    engines: ['Hermes'],
    names: [
      'AggregateError',
      'Atomics',
      'FinalizationRegistry',
      'Intl',
      'SharedArrayBuffer',
      'WeakRef',
      'Promise.any',
      'AbortSignal.abort',
      'URL',
      'URLSearchParams',
      'TextDecoder',
      'TextEncoder',
      'atob',
      'btoa',
      'crypto',
      'structuredClone',
      'reportError',
      'DOMException',
      'BroadcastChannel',
      'MessageChannel',
      'SharedWorker',
      'Worker',
      'CustomEvent',
      'ErrorEvent',
      'Event',
      'EventTarget',
      'addEventListener',
      'dispatchEvent',
      'removeEventListener',
      'indexedDB',
      'localStorage',
      'sessionStorage',
      'document',
      'history',
      'location',
      'navigator',
    ],
  },
]

interface RemoveOptions {
  /** A global object; that of this realm unless given. */
  readonly from?: object
  /** Names that stay. */
  readonly kept?: readonly string[]
}

/** Removes the APIs that the engine lacks. Returns its undo. */
export function removeMissing(engine: Engine, { from = globalThis, kept = [] }: RemoveOptions = {}): () => void {
  const undo = MISSING.filter(({ engines }) => engines.includes(engine))
    .flatMap(({ names }) => names)
    .filter((name) => !kept.includes(name))
    .map((name) => remove(name, from))
  return () => {
    for (const restore of undo.reverse()) restore()
  }
}

function remove(name: string, from: object): () => void {
  const path = name.split('.')
  const key = path.pop()!
  const owner = ownerOf(path.join('.'), from)
  if (!owner || !(key in owner)) return () => {}
  const own = Object.getOwnPropertyDescriptor(owner, key)
  if (own && !Reflect.deleteProperty(owner, key)) throw new Error(`${name} cannot be removed`)
  if (!(key in owner)) return () => void Object.defineProperty(owner, key, own!)
  Object.defineProperty(owner, key, { value: undefined, configurable: true, writable: true }) // hides an inherited one
  return () => {
    Reflect.deleteProperty(owner, key)
    if (own) Object.defineProperty(owner, key, own)
  }
}

function ownerOf(path: string, from: object): object | undefined {
  const { Array: list, Uint8Array: bytes } = from as typeof globalThis
  // These two have no name in every engine.
  if (path === 'TypedArray.prototype') return Object.getPrototypeOf(bytes.prototype) as object
  if (path === 'Iterator.prototype') return Object.getPrototypeOf(Object.getPrototypeOf(list.of().values())) as object
  const names = path === '' ? [] : path.split('.')
  return names.reduce<object | undefined>((object, part) => object && (Reflect.get(object, part) as object), from)
}

function methods(owner: string, names: string): string[] {
  return names.split(' ').map((name) => `${owner}.${name}`)
}

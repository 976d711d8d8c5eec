import { fileURLToPath } from 'node:url'

/** The type of this Vite plugin, written out so that the types do not need Vite. */
export interface ServerInPagePlugin {
  readonly name: string
  readonly enforce: 'pre'
  config(): object
  applyToEnvironment(environment: ViteEnvironment): boolean
  resolveId(id: string, importer?: string): string | undefined
  transform(code: string, id: string): { code: string; map: null } | undefined
}

/** The part of a Vite environment that the plugin reads: whether it is for browsers, and Vitest's browser mode. */
export interface ViteEnvironment {
  readonly config: { readonly consumer: string; readonly test?: { readonly browser?: { readonly enabled?: boolean } } }
}

/** The packages that make the server. Their imports of Node's modules get shims. */
const SERVER_PACKAGES = new Set([
  '@roomful/server',
  '@roomful/testing',
  'engine.io',
  'engine.io-parser',
  'socket.io',
  'socket.io-adapter',
  'socket.io-parser',
  'ws',
])
const TESTING_FOLDER = pathOf('./')
const SERVER_FOLDER = pathOf('../../server/')

/** The shim for each module, as a file in `browser/`. */
const SHIMS: Readonly<Record<string, string>> = {
  events: 'events',
  crypto: 'crypto',
  base64id: 'base64id',
  net: 'net',
  ...Object.fromEntries(
    ['accepts', 'cors', 'engine.io', 'fs', 'http', 'path', 'stream', 'timers', 'ws', 'zlib'].map((id) => [
      id,
      'unavailable',
    ]),
  ),
}

/**
 * A plugin for Vite 8 that lets Socket.IO's server, and so `createMockServer`, run in a page: in Vitest's browser mode, in
 * Storybook, and in development without a server. It works in builds too, because Storybook makes one. It changes only the
 * packages of Socket.IO and of Roomful.
 *
 * @example defineConfig({ plugins: [serverInPage()] })
 */
export function serverInPage(): ServerInPagePlugin {
  const hooks = { name: 'roomful:server-in-page', resolveId, transform }
  return {
    ...hooks,
    enforce: 'pre',
    // Node has the real modules. Outside its browser mode, Vitest runs even its `client` environments in Node.
    applyToEnvironment: ({ config: { consumer, test } }) =>
      consumer === 'client' && (process.env['VITEST'] === undefined || test?.browser?.enabled === true),
    // Vite bundles dependencies separately, without the app's plugins.
    config(this: { readonly meta?: { readonly rolldownVersion?: string } } | void) {
      if (this?.meta?.rolldownVersion === undefined) throw new Error('serverInPage() needs Vite 8 or later')
      return { optimizeDeps: { include: ['socket.io'], rolldownOptions: { plugins: [hooks] } } }
    },
  }
}

function resolveId(id: string, importer?: string): string | undefined {
  const name = id.replace(/^node:/, '')
  const shim = id.endsWith('/contrib/base64id') ? 'base64id' : Object.hasOwn(SHIMS, name) && SHIMS[name]
  return shim && serverPackageOf(importer) !== undefined ? fileOf(shim) : undefined
}

function transform(code: string, id: string): { code: string; map: null } | undefined {
  const changed = adapted(code, id)
  return changed === code ? undefined : { code: changed, map: null }
}

function adapted(code: string, id: string): string {
  // The client takes `WebSocket` when it is imported. It must take it when it connects, after msw has replaced it.
  if (packageNameIn(slashed(id)) === 'engine.io-client')
    return code.replaceAll('new WebSocketCtor(', 'new globalThis.WebSocket(')
  const name = serverPackageOf(id)
  if (name === undefined) return code
  const buffer = `import { Buffer } from ${JSON.stringify(fileOf('buffer'))};`
  return (name === '@roomful/server' && /\bBuffer\./.test(code) ? buffer + code : code)
    .replaceAll('process.nextTick(', 'queueMicrotask(')
    .replaceAll('.unref()', '.unref?.()') // in a page, timers are numbers
}

/** The server's package that a file belongs to; undefined for the app's own code and for all other packages. */
function serverPackageOf(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  const path = slashed(file)
  // In this repository our packages are linked to their sources, outside of node_modules.
  if (path.startsWith(TESTING_FOLDER)) return '@roomful/testing'
  if (path.startsWith(SERVER_FOLDER)) return '@roomful/server'
  const name = packageNameIn(path)
  return name !== undefined && SERVER_PACKAGES.has(name) ? name : undefined
}

/** The name of the package in node_modules that a file belongs to. */
function packageNameIn(path: string): string | undefined {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]
}

function slashed(path: string): string {
  return path.replaceAll('\\', '/')
}

function pathOf(relative: string): string {
  return slashed(fileURLToPath(new URL(relative, import.meta.url)))
}

function fileOf(shim: string): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fileURLToPath(new URL(`./browser/${shim}.${extension}`, import.meta.url))
}

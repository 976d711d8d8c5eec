import { fileURLToPath } from 'node:url'

/** As much of a Vite plugin as this one is, so that Vite itself need not be installed. */
export interface ServerInPagePlugin {
  readonly name: string
  readonly enforce: 'pre'
  config(): object
  applyToEnvironment(environment: ViteEnvironment): boolean
  resolveId(id: string, importer?: string): string | undefined
  transform(code: string, id: string): { code: string; map: null } | undefined
}

/** What is asked of one: for whom it builds, and whether that is Vitest's browser mode. */
export interface ViteEnvironment {
  readonly config: { readonly consumer: string; readonly test?: { readonly browser?: { readonly enabled?: boolean } } }
}

/** Those who get stand-ins. */
const OF_THE_SERVER = new Set([
  '@roomful/server',
  '@roomful/testing',
  'engine.io',
  'engine.io-parser',
  'socket.io',
  'socket.io-adapter',
  'socket.io-parser',
  'ws',
])
const HERE = pathOf('./')
const SERVER = pathOf('../../server/')

/** What they import, and which of our stand-ins they get in a page. */
const STAND_INS: Readonly<Record<string, string>> = {
  events: 'events',
  crypto: 'crypto',
  base64id: 'base64id',
  ...Object.fromEntries(
    ['accepts', 'cors', 'engine.io', 'fs', 'http', 'path', 'stream', 'timers', 'ws', 'zlib'].map((id) => [
      id,
      'no-port',
    ]),
  ),
}

/**
 * A Vite plugin that lets Socket.IO's server, and so `createMockServer`, run in a page: in Vitest's browser mode, in
 * Storybook, and in development without a server. For Vite 8. It works in builds too, which Storybook makes, and touches
 * only the packages of Socket.IO and of Roomful.
 *
 * @example defineConfig({ plugins: [serverInPage()] })
 */
export function serverInPage(): ServerInPagePlugin {
  const hooks = { name: 'roomful:server-in-page', resolveId, transform }
  return {
    ...hooks,
    enforce: 'pre',
    // Node has the real modules; and Vitest, except in its browser mode, runs in Node what it calls a client.
    applyToEnvironment: ({ config: { consumer, test } }) =>
      consumer === 'client' && (process.env['VITEST'] === undefined || test?.browser?.enabled === true),
    // Dependencies are bundled apart, by a bundler that knows no plugins of the app.
    config: () => ({ optimizeDeps: { include: ['socket.io'], rolldownOptions: { plugins: [hooks] } } }),
  }
}

function resolveId(id: string, importer?: string): string | undefined {
  const name = id.replace(/^node:/, '')
  const standIn = id.endsWith('/contrib/base64id') ? 'base64id' : Object.hasOwn(STAND_INS, name) && STAND_INS[name]
  return standIn && packageOf(importer) !== undefined ? fileOf(standIn) : undefined
}

function transform(code: string, id: string): { code: string; map: null } | undefined {
  const changed = inPage(code, id)
  return changed === code ? undefined : { code: changed, map: null }
}

function inPage(code: string, id: string): string {
  // It keeps the WebSocket that it finds when it is imported: one that msw does not know of, if it comes first.
  if (installed(slashed(id)) === 'engine.io-client')
    return code.replaceAll('new WebSocketCtor(', 'new globalThis.WebSocket(')
  const name = packageOf(id)
  if (name === undefined) return code
  const buffer = `import { Buffer } from ${JSON.stringify(fileOf('buffer'))};`
  return (name === '@roomful/server' && /\bBuffer\./.test(code) ? buffer + code : code)
    .replaceAll('process.nextTick(', 'queueMicrotask(')
    .replaceAll('.unref()', '.unref?.()') // a page's timers are numbers, and keep nothing alive
}

/** Which of the packages that make the server a file belongs to: the app's own code and its other packages keep theirs. */
function packageOf(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  const path = slashed(file)
  // Where our packages are linked to their sources, they are in no node_modules.
  if (path.startsWith(HERE)) return '@roomful/testing'
  if (path.startsWith(SERVER)) return '@roomful/server'
  const name = installed(path)
  return name !== undefined && OF_THE_SERVER.has(name) ? name : undefined
}

/** The package of a file that a package manager put where it is. */
function installed(path: string): string | undefined {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]
}

function slashed(path: string): string {
  return path.replaceAll('\\', '/')
}

function pathOf(relative: string): string {
  return slashed(fileURLToPath(new URL(relative, import.meta.url)))
}

function fileOf(standIn: string): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fileURLToPath(new URL(`./browser/${standIn}.${extension}`, import.meta.url))
}

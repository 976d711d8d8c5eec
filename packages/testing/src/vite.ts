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

/** What Socket.IO's server imports, and which of our stand-ins it gets in a page. */
const STAND_INS: Readonly<Record<string, string>> = {
  events: 'events',
  crypto: 'crypto',
  ...Object.fromEntries(
    ['accepts', 'cors', 'engine.io', 'fs', 'http', 'path', 'stream', 'timers', 'ws', 'zlib'].map((id) => [
      id,
      'no-port',
    ]),
  ),
}

/**
 * A Vite plugin that lets Socket.IO's server, and so `createMockServer`, run in a page: in Vitest's browser mode, in
 * Storybook, and in development without a server.
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
  if (id.endsWith('/contrib/base64id') && importer !== undefined) return fileOf('base64id')
  const name = id.replace(/^node:/, '')
  const standIn = Object.hasOwn(STAND_INS, name) ? STAND_INS[name] : undefined
  return standIn && fileOf(standIn)
}

function transform(code: string, id: string): { code: string; map: null } | undefined {
  const changed = inPage(code, id.replaceAll('\\', '/'))
  return changed === code ? undefined : { code: changed, map: null }
}

function inPage(code: string, file: string): string {
  // It keeps the WebSocket that it finds when it is imported: one that msw does not know of, if it comes first.
  if (file.includes('/engine.io-client/')) return code.replaceAll('new WebSocketCtor(', 'new globalThis.WebSocket(')
  if (!/\/(socket\.io|socket\.io-adapter|@roomful\/server|packages\/server)\//.test(file)) return code
  const buffer = `import { Buffer } from ${JSON.stringify(fileOf('buffer'))};`
  return (file.includes('/server/') && /\bBuffer\./.test(code) ? buffer + code : code)
    .replaceAll('process.nextTick(', 'queueMicrotask(')
    .replaceAll('.unref()', '.unref?.()') // a page's timers are numbers, and keep nothing alive
}

function fileOf(standIn: string): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fileURLToPath(new URL(`./browser/${standIn}.${extension}`, import.meta.url))
}

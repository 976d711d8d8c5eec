import { isIP } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { ServerOptions } from './app.ts'

/**
 * Reads the server's options from environment variables. An empty variable counts as not set.
 *
 * - `PORT` default 3001; 0 takes any free port
 * - `HOST` default 127.0.0.1
 * - `DATA_DIR` the folder of the signing key; default `.data` in this package
 * - `DATA_FILE` the file of the messages; default `rooms.db` in `DATA_DIR`; `:memory:` keeps them in memory only
 * - `ORIGINS` the web origins that may connect, separated by commas; default: the origins of this machine
 * - `TRUST_PROXY` the number of proxies in front of the server, or their networks, separated by commas; 0: there is none
 *
 * @throws Error that names the variable, its value and the expected value.
 */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): ServerOptions {
  const { PORT, HOST, DATA_DIR, DATA_FILE, ORIGINS, TRUST_PROXY } = environment
  return {
    port: PORT ? readPort(PORT) : 3001,
    host: HOST ? readHost(HOST) : '127.0.0.1',
    dataDir: DATA_DIR || fileURLToPath(new URL('../.data', import.meta.url)),
    ...(DATA_FILE ? { dataFile: DATA_FILE } : {}),
    ...(ORIGINS ? { origins: ORIGINS.split(',').map(readOrigin) } : {}),
    ...(TRUST_PROXY ? { trustProxy: readProxies(TRUST_PROXY) } : {}),
  }
}

function readPort(value: string): number {
  const port = Number(value)
  if (/^\d{1,5}$/.test(value) && port <= 65_535) return port
  throw invalidVariable('PORT', value, 'a whole number from 0 (any free port) to 65535')
}

function readHost(value: string): string {
  if (isIP(value) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(value)) return value
  throw invalidVariable('HOST', value, 'an IP address or a host name, like 127.0.0.1 or localhost')
}

function readOrigin(text: string): string {
  const value = text.trim()
  if (/^https?:/.test(value) && URL.canParse(value) && new URL(value).origin === value) return value
  throw invalidVariable('ORIGINS', value, 'origins separated by commas, each like https://chat.example without a path')
}

/** `createRooms` checks the networks. */
function readProxies(value: string): number | string[] {
  return /^\d+$/.test(value) ? Number(value) : value.split(',').map((network) => network.trim())
}

function invalidVariable(variable: string, value: string, expected: string): Error {
  return new Error(`${variable} is ${JSON.stringify(value)}: expected ${expected}`)
}

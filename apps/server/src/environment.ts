import { isIP } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { ServerOptions } from './app.ts'
import type { MetricsOptions } from './metrics-server.ts'
import { KEY_BYTES } from './signing-key.ts'

/**
 * Reads the server's options from environment variables. An empty variable counts as not set.
 *
 * - `PORT` default 3001; 0 takes any free port
 * - `HOST` default 127.0.0.1
 * - `DATA_DIR` the folder of the signing key; default `.data` in this package
 * - `DATA_FILE` the file of the messages; default `rooms.db` in `DATA_DIR`; `:memory:` keeps them in memory only
 * - `REDIS_URL` like `redis://user:password@host:6379` or `rediss://…`: messages are in Redis, and several servers may share it
 * - `SESSION_KEY` the signing key, as 64 hexadecimal digits; all servers that share a Redis need the same. Default: a file in `DATA_DIR`
 * - `SESSION_SECONDS` how long a session's token is valid; default 3600
 * - `ORIGINS` the web origins that may connect, separated by commas; default: the origins of this machine
 * - `TRUST_PROXY` the number of proxies in front of the server, or their networks, separated by commas; 0: there is none
 * - `METRICS_PORT` the port of `/metrics`; default 9464, or no metrics where another process uses that port; 0 takes any free
 *   port; `off`: no metrics
 * - `METRICS_HOST` default 127.0.0.1
 * - `DEMO_FAULTS` `on`: a page may kill the server and make its log begin anew. Only for the demo on one's own machine
 * - `CLOSE_TIMEOUT_MS` how long the server may take to stop after SIGTERM; default 5000
 *
 * @throws Error that names the variable, its value and the expected value.
 */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): ServerOptions {
  const { PORT, HOST, DATA_DIR, DATA_FILE, REDIS_URL, SESSION_KEY, SESSION_SECONDS, ORIGINS, TRUST_PROXY } = environment
  const { METRICS_PORT, METRICS_HOST, CLOSE_TIMEOUT_MS, DEMO_FAULTS } = environment
  if (DATA_FILE && REDIS_URL) throw new Error('DATA_FILE and REDIS_URL are set: expected one of them')
  return {
    port: PORT ? readPort('PORT', PORT) : 3001,
    host: HOST ? readHost('HOST', HOST) : '127.0.0.1',
    dataDir: DATA_DIR || fileURLToPath(new URL('../.data', import.meta.url)),
    ...(DATA_FILE ? { dataFile: DATA_FILE } : {}),
    ...(REDIS_URL ? { redis: { url: readRedis(REDIS_URL) } } : {}),
    ...(SESSION_KEY ? { sessionKey: readKey(SESSION_KEY) } : {}),
    ...(SESSION_SECONDS ? { sessionSeconds: readSeconds(SESSION_SECONDS) } : {}),
    ...(ORIGINS ? { origins: ORIGINS.split(',').map(readOrigin) } : {}),
    ...(TRUST_PROXY ? { trustProxy: readProxies(TRUST_PROXY) } : {}),
    ...(METRICS_PORT === 'off' ? {} : { metrics: readMetrics(METRICS_PORT, METRICS_HOST) }),
    ...(DEMO_FAULTS ? { demoFaults: readSwitch('DEMO_FAULTS', DEMO_FAULTS) } : {}),
    ...(CLOSE_TIMEOUT_MS ? { closeTimeoutMs: readCloseTimeout(CLOSE_TIMEOUT_MS) } : {}),
  }
}

/** `LOG_LEVEL`: default `info`; `debug` has a line for each publish too. @throws Error as above */
export function readLogLevel({ LOG_LEVEL }: Readonly<Record<string, string | undefined>>): string {
  const level = LOG_LEVEL || 'info'
  if (LEVELS.includes(level)) return level
  throw invalidVariable('LOG_LEVEL', level, `one of ${LEVELS.join(', ')}`)
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

function readMetrics(port: string | undefined, host: string | undefined): MetricsOptions {
  return {
    port: port ? readPort('METRICS_PORT', port, ' or off') : 9464,
    host: host ? readHost('METRICS_HOST', host) : '127.0.0.1',
    isRequired: Boolean(port),
  }
}

/** The value is not in the error: it may have a password. */
function readRedis(value: string): string {
  if (/^rediss?:\/\/[^/]/.test(value) && URL.canParse(value)) return value
  throw new Error('REDIS_URL: expected an address like redis://127.0.0.1:6379, or rediss://… with TLS')
}

function readKey(value: string): Uint8Array {
  if (value.length === 2 * KEY_BYTES && /^[0-9a-f]+$/i.test(value)) return Buffer.from(value, 'hex')
  throw new Error(
    `SESSION_KEY: expected ${2 * KEY_BYTES} hexadecimal digits, as \`openssl rand -hex ${KEY_BYTES}\` prints them`,
  )
}

function readSwitch(variable: string, value: string): boolean {
  if (value === 'on' || value === 'off') return value === 'on'
  throw invalidVariable(variable, value, 'on or off')
}

function readCloseTimeout(value: string): number {
  const ms = Number(value)
  if (/^\d{1,6}$/.test(value) && ms >= 1000) return ms
  throw invalidVariable('CLOSE_TIMEOUT_MS', value, 'a whole number of milliseconds from 1000 to 999999')
}

function readPort(variable: string, value: string, or = ''): number {
  const port = Number(value)
  if (/^\d{1,5}$/.test(value) && port <= 65_535) return port
  throw invalidVariable(variable, value, `a whole number from 0 (any free port) to 65535${or}`)
}

function readSeconds(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value)
  throw invalidVariable('SESSION_SECONDS', value, 'a whole number of seconds, at least 1')
}

function readHost(variable: string, value: string): string {
  if (isIP(value) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(value)) return value
  throw invalidVariable(variable, value, 'an IP address or a host name, like 127.0.0.1 or localhost')
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

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { io } from 'socket.io-client'
import type { ManagerOptions, Socket, SocketOptions } from 'socket.io-client'
import { expect, onTestFinished } from 'vitest'
import { startServer } from '../src/app.ts'
import type { RunningServer, ServerOptions } from '../src/app.ts'
import type { Session } from '../src/sessions.ts'

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'roomful-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await startServer({ dataDir: await temporaryFolder(), ...options })
  onTestFinished(() => server.close())
  return server
}

/** A connected Socket.IO client. */
export async function connect(
  url: string,
  auth: Record<string, unknown> = {},
  extraHeaders: Record<string, string> = {},
): Promise<Socket> {
  const socket = open(url, { auth, extraHeaders })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  return socket
}

/** A Socket.IO client with its own connection, which is disconnected when the test ends. */
export function open(url: string, options: Partial<ManagerOptions & SocketOptions> = {}): Socket {
  const socket = io(url, { forceNew: true, ...options })
  onTestFinished(() => void socket.disconnect())
  return socket
}

/** Collects the arguments of every such event from now on, in order. */
export function collect(socket: Socket, event: string): unknown[][] {
  const received: unknown[][] = []
  socket.on(event, (...args: unknown[]) => void received.push(args))
  return received
}

/** For `expect.poll`: long enough for a busy machine. */
export const longTimeout = { timeout: 20_000 }

export async function signIn(url: string, name: string): Promise<Session> {
  const response = await postSession(url, { name })
  if (!response.ok) throw new Error(`no session: ${await response.text()}`)
  return (await response.json()) as Session
}

export function postSession(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

/** Starts the server, or another script of it, in a process of its own, with environment variables. */
export function startProcess(environment: Record<string, string>, script = 'main.ts') {
  const main = fileURLToPath(new URL(`../src/${script}`, import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@roomful/source', main], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { PATH: process.env['PATH'], LOG_LEVEL: 'warn', METRICS_PORT: 'off', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (output.stderr += text))
  const exited = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })
  return { output, exited, kill: (signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL') => child.kill(signal) }
}

/** Waits until the process has printed its address, and returns it. */
export async function addressOf({ output }: ReturnType<typeof startProcess>): Promise<string> {
  await expect.poll(() => output.stdout + output.stderr, longTimeout).toMatch(/\n/)
  const [, url = ''] = /^listening on (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(output.stdout) ?? []
  expect(url, `printed: ${output.stdout}${output.stderr}`).not.toBe('')
  return url
}

import { connect } from 'node:net'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { addressOf, startProcess, temporaryFolder } from './support.ts'

/** `pnpm attack --fuzz` sets both. */
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 1_000)
const SEED = Number(process.env['FUZZ_SEED'] ?? 1)
const AT_ONCE = 8

interface RandomRequest {
  readonly method: string
  readonly path: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
  /** How many of its bytes are sent before the connection ends; undefined for all. */
  readonly cutAt: number | undefined
}

const word = fc.string({ unit: 'binary', maxLength: 30 })
const sid = fc.constantFrom('', '&sid=SID', '&sid=unknown', '&sid=__proto__', '&sid[]=a')
const engine = fc
  .tuple(fc.constantFrom('4', '3', '5', '', 'x'), fc.constantFrom('polling', 'websocket', '__proto__', ''), sid)
  .map(([version, transport, id]) => `/socket.io/?EIO=${version}&transport=${transport}${id}`)
const path = fc.oneof(
  { weight: 4, arbitrary: engine },
  { weight: 3, arbitrary: fc.constantFrom('/session', '/healthz', '/readyz', '/', '*', '/socket.io/socket.io.js') },
  word.map((text) => `/${encodeURI(text.replace(/[\ud800-\udfff]/g, ''))}`),
  word.map((text) => `/${text}`),
  fc.nat(20_000).map((length) => `/${'a'.repeat(length)}`),
)
const header = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      'origin',
      'content-type',
      'upgrade',
      'connection',
      'sec-websocket-key',
      'x-forwarded-for',
      'expect',
    ),
    fc.oneof(fc.constantFrom('websocket', 'Upgrade', 'null', 'http://localhost', '100-continue', '1.2.3.4'), word),
  ),
  fc.tuple(
    fc.constantFrom('content-length', 'transfer-encoding'),
    fc.constantFrom('0', '1', '-1', '1e9', 'chunked', 'x'),
  ),
  fc.tuple(word, word),
)
const packet = fc.constantFrom('40', '41', '42["x"]', '42', '2', '3', 'bAAAA', '\u001e', '451-["x"]', '4', '6')
const body = fc.oneof(
  fc.constant(''),
  fc.json(),
  word.map((name) => JSON.stringify({ name })),
  word.map((token) => JSON.stringify({ token })),
  fc.array(fc.oneof(packet, word), { maxLength: 50 }).map((packets) => packets.join('\u001e')),
  fc.nat(200_000).map((length) => `{"name":"${'x'.repeat(length)}"}`),
)
const anyRequest: fc.Arbitrary<RandomRequest> = fc.record({
  method: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('GET', 'POST', 'OPTIONS', 'PUT', 'HEAD', 'DELETE') }, word),
  path,
  headers: fc.array(header, { maxLength: 4 }),
  body,
  cutAt: fc.option(fc.nat(300), { nil: undefined, freq: 8 }),
})

/** Sends the request; resolves with what the server answers until the connection ends, or until it is quiet. */
async function ask(url: URL, { method, path: target, headers, body: text, cutAt }: RandomRequest): Promise<string> {
  const hasLength = headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name))
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `host: ${url.host}`,
    'connection: close',
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(text === '' || hasLength ? [] : [`content-length: ${Buffer.byteLength(text)}`]),
  ]
  const socket = connect(Number(url.port), url.hostname)
  let answer = ''
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  socket.on('error', () => {}) // the server may end the connection
  socket.setTimeout(50, () => socket.destroy())
  const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`)
  if (cutAt === undefined) socket.write(bytes)
  else socket.end(bytes.subarray(0, cutAt))
  // Not `once`, which rejects where the server ends the connection.
  await new Promise((resolve) => socket.once('close', resolve))
  return answer
}

it(
  `SEC5 ${REQUESTS} random HTTP requests (seed ${SEED}) get an answer of HTTP or the end of their connection, and cause no error`,
  async () => {
    const { output, kill, exited } = startProcess({ PORT: '0', DATA_DIR: await temporaryFolder() })
    const url = new URL(await addressOf({ output, kill, exited }))
    const requests = fc.sample(anyRequest, { seed: SEED, numRuns: REQUESTS })
    const statuses = new Map<string, number>()
    let id = 'none'
    const worker = async (): Promise<void> => {
      for (let request = requests.pop(); request !== undefined; request = requests.pop()) {
        const answer = await ask(url, { ...request, path: request.path.replace('SID', id) })
        id = /"sid":"([^"]+)"/.exec(answer)?.[1] ?? id
        const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? (answer === '' ? 'none' : `not HTTP: ${answer}`)
        // So Engine.IO answers a method that it does not know.
        const isOdd = request.path.startsWith('/socket.io/') && !['GET', 'POST'].includes(request.method)
        if (status === '500' && isOdd) continue
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    // Each kind of answer has been seen: an opened session, one of HTTP itself, and those of the server.
    expect([...statuses.keys()]).toEqual(expect.arrayContaining(['200', '400', '404']))
    expect([...statuses.keys()].filter((status) => /^5|not HTTP/.test(status))).toEqual([])
    expect(await (await fetch(`${url.origin}/healthz`)).json()).toEqual({ status: 'ok' })
    expect(output.stderr).toBe('')
    expect(output.stdout.split('\n').slice(1).join('\n')).toBe('')
  },
  30_000 + REQUESTS * 20,
)

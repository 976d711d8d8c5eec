import { rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import type { Moment } from '../../support/server-process-contract.ts'
import { recordStatuses, until } from '../../support/test-client.ts'
import { expectExact, expectViews, seen } from './support/exact.ts'
import { startPerson, texts } from './support/person.ts'
import { logFile, startProcess } from './support/servers.ts'

test.each<[fault: string, moment: Moment, then: string]>([
  ['F4', 'after the commit', 'before the ack'],
  ['F5', 'before the commit', 'after the handler'],
])('P1 %s a server that is killed %s, %s, stores and confirms each message once', async (_fault, moment) => {
  const server = await startProcess({ log: await logFile() })
  const [ann, bob] = [startPerson(server.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  await ann.send('before')
  await server.crash(moment, 2)
  void ann.send(...texts('a', 10)) // the first goes alone, the others together behind it
  expect(await server.exited).toMatchObject({ signal: 'SIGKILL' })
  void bob.send('during the restart')
  await server.restart()
  await expectExact(server, [ann, bob])
  expect([...ann.gaps, ...bob.gaps]).toEqual([])
})

test('P1 F6 a server that stops while handlers run loses and doubles no message, and kicks no client', async () => {
  const server = await startProcess({ log: await logFile(), handlerDelayMs: 300 })
  const reconnect = { minDelayMs: 1_000, maxDelayMs: 1_000 }
  const people = texts('P', 16).map((name) => startPerson(server.url, name, { reconnect }))
  await Promise.all(people.map(({ room }) => room.join()))
  const waits: number[] = []
  for (const { client } of people)
    void until(client, 'reconnecting').then(({ nextAttemptAt }) => waits.push(nextAttemptAt - Date.now()))
  const statuses = people.map(({ client }) => recordStatuses(client))
  for (const [index, { send }] of people.entries()) void send(...texts(`${index}-`, 4))
  await eventually(() => expect(people.every(({ countSent }) => countSent('$publish') > 0)).toBe(true))
  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null, output: '' })
  await server.restart()
  await expectExact(server, people)
  // The back-off has full jitter, so that 16 clients do not return together.
  expect(waits).toHaveLength(16)
  expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(reconnect.minDelayMs / 4)
  expect(new Set(statuses.flat())).toEqual(new Set(['connected', 'reconnecting']))
})

test('P1 P4 F7 a log in memory that is lost with its server is reported as a gap; unconfirmed messages go into the new log', async () => {
  const server = await startProcess()
  const [ann, bob] = [startPerson(server.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  await ann.send(...texts('old', 5))
  await server.crash('after the commit')
  void ann.send('stored, and lost with the log')
  await server.exited
  void bob.send('never sent')
  await server.restart()
  await expectNewLog(server, [ann, bob], ['never sent', 'stored, and lost with the log'])
})

test('P1 P4 F7 a deleted log file is reported as a gap; unconfirmed messages go into the new log', async () => {
  const log = await logFile()
  const server = await startProcess({ log })
  const [ann, bob] = [startPerson(server.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  await ann.send(...texts('old', 5))
  await server.kill('SIGKILL')
  void ann.send('a1')
  await Promise.all(['', '-wal', '-shm'].map((end) => rm(log.file + end, { force: true })))
  await server.restart()
  await expectNewLog(server, [ann, bob], ['a1'])
})

test.each([300, 10_000])(
  'P1 P5 F27 a server that is frozen for 2.5 s, with heartbeats of %i ms, fails and doubles no message',
  async (pingMs) => {
    const server = await startProcess({ pingMs })
    const [ann, bob] = [startPerson(server.url, 'Ann', { ackTimeoutMs: 700 }), startPerson(server.url, 'Bob')]
    await Promise.all([ann.room.join(), bob.room.join()])
    void ann.send(...texts('a', 5))
    server.freeze()
    void ann.send(...texts('frozen', 5))
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    server.thaw()
    void bob.send(...texts('b', 5))
    await expectExact(server, [ann, bob])
  },
)

/** The views begin anew without messages of the old log, and the new log has each of the `fresh` messages once. */
async function expectNewLog(
  server: Awaited<ReturnType<typeof startProcess>>,
  people: readonly ReturnType<typeof startPerson>[],
  fresh: readonly string[],
): Promise<void> {
  await Promise.all(people.map(({ messages }) => Promise.all(messages.map(({ receipt }) => receipt))))
  await Promise.all(people.map(({ room }) => room.join()))
  await people[0]?.send('the end')
  const log = (await server.logOf('general')).map(seen)
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1))
  expect(log.map(({ text }) => text).sort()).toEqual([...fresh, 'the end'].sort())
  for (const { gaps } of people)
    expect(gaps).toEqual([{ from: undefined, to: expect.any(Number) as number, reason: 'epoch' }])
  await expectViews(log, people)
}

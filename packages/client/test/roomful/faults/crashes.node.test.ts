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
])('P1 %s the server is killed %s, %s: stored once, confirmed once', async (_fault, moment) => {
  const server = await startProcess({ log: await logFile() })
  const [ann, bob] = [startPerson(server.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  await ann.say('before')
  await server.crash(moment, 2)
  void ann.say(...texts('a', 10)) // the first goes alone, the others together behind it
  expect(await server.exited).toMatchObject({ signal: 'SIGKILL' })
  void bob.say('while it is away')
  await server.restart()
  await expectExact(server, [ann, bob])
  expect([...ann.gaps, ...bob.gaps]).toEqual([])
})

test('P1 F6 the server is told to end while handlers run: none lost, none double, none sent away', async () => {
  const server = await startProcess({ log: await logFile(), handlerDelayMs: 300 })
  const reconnect = { minDelayMs: 1_000, maxDelayMs: 1_000 }
  const people = texts('P', 16).map((name) => startPerson(server.url, name, { reconnect }))
  await Promise.all(people.map(({ room }) => room.join()))
  const waits: number[] = []
  for (const { client } of people)
    void until(client, 'reconnecting').then(({ nextAttemptAt }) => waits.push(nextAttemptAt - Date.now()))
  const statuses = people.map(({ client }) => recordStatuses(client))
  for (const [index, { say }] of people.entries()) void say(...texts(`${index}-`, 4))
  await eventually(() => expect(people.every(({ sent }) => sent('$publish') > 0)).toBe(true))
  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null, output: '' })
  await server.restart()
  await expectExact(server, people)
  // Each waits for anything up to its back-off: 16 of them do not come back together.
  expect(waits).toHaveLength(16)
  expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(reconnect.minDelayMs / 4)
  expect(new Set(statuses.flat())).toEqual(new Set(['connected', 'reconnecting']))
})

test('P1 P4 F7 a log in memory is gone with its server: told as a gap, and what was not confirmed goes into the new one', async () => {
  const server = await startProcess()
  const [ann, bob] = [startPerson(server.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  await ann.say(...texts('old', 5))
  await server.crash('after the commit')
  void ann.say('stored, and lost with the log')
  await server.exited
  void bob.say('never sent')
  await server.restart()
  await expectNewLog(server, [ann, bob], ['never sent', 'stored, and lost with the log'])
})

test('P1 P4 F7 the file of the log is deleted: the same', async () => {
  const log = await logFile()
  const server = await startProcess({ log })
  const [ann, bob] = [startPerson(server.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  await ann.say(...texts('old', 5))
  await server.kill('SIGKILL')
  void ann.say('a1')
  await Promise.all(['', '-wal', '-shm'].map((end) => rm(log.file + end, { force: true })))
  await server.restart()
  await expectNewLog(server, [ann, bob], ['a1'])
})

test.each([300, 10_000])(
  'P1 P5 F27 the server stands still for 2.5 s, heartbeats of %i ms: none failed, none double',
  async (pingMs) => {
    const server = await startProcess({ pingMs })
    const [ann, bob] = [startPerson(server.url, 'Ann', { ackTimeoutMs: 700 }), startPerson(server.url, 'Bob')]
    await Promise.all([ann.room.join(), bob.room.join()])
    void ann.say(...texts('a', 5))
    server.freeze()
    void ann.say(...texts('frozen', 5))
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    server.thaw()
    void bob.say(...texts('b', 5))
    await expectExact(server, [ann, bob])
  },
)

/** The views begin anew, with nothing of the old log, and the new one holds each of these once. */
async function expectNewLog(
  server: Awaited<ReturnType<typeof startProcess>>,
  people: readonly ReturnType<typeof startPerson>[],
  fresh: readonly string[],
): Promise<void> {
  await Promise.all(people.map(({ said }) => Promise.all(said.map(({ receipt }) => receipt))))
  await Promise.all(people.map(({ room }) => room.join()))
  await people[0]?.say('the end')
  const log = (await server.logOf('general')).map(seen)
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1))
  expect(log.map(({ text }) => text).sort()).toEqual([...fresh, 'the end'].sort())
  for (const { gaps } of people)
    expect(gaps).toEqual([{ from: undefined, to: expect.any(Number) as number, reason: 'epoch' }])
  await expectViews(log, people)
}

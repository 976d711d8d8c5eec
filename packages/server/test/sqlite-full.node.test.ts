import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { retentionFor } from '../src/log/retention.ts'
import { rowLimits } from '../src/log/row-limits.ts'
import { LogFile } from '../src/log/sqlite/log-file.ts'
import { SqliteLog } from '../src/log/sqlite/sqlite-log.ts'
import { wirePage } from '../src/rooms/wire-page.ts'
import { guestChat } from './support/chat.ts'
import { type Client, cidOf, startRooms, texts, words } from './support/start-rooms.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const refused = { ok: false, code: 'UNAVAILABLE', results: [] }
const all = { after: 0, limit: 1_000, bytes: 1_000_000 }

test('P1 S6 S7 a shared commit that fails at its end confirms and sends no message, and its places are used again', async () => {
  const { file, log, members, say } = await startChat()
  await say(0, ['before'])
  const exec = file.database.exec.bind(file.database)
  const transactions = vi.spyOn(file, 'transaction')
  const failing = vi.spyOn(file.database, 'exec').mockImplementation((sql) => {
    if (sql === 'COMMIT') throw new Error('disk I/O error')
    return exec(sql)
  })
  // In one turn of the event loop, as messages of many members share a commit.
  const { commit } = log
  const waiting: (() => void)[] = []
  const together = vi.spyOn(log, 'commit').mockImplementation(async (room, batch) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
      if (waiting.length === members.length) for (const go of waiting) go()
    })
    return await commit.call(log, room, batch)
  })
  const items = members.map((_, index) => [`from ${index}`])
  const first = await Promise.all(members.map((_, index) => say(index, items[index] ?? [], 2)))
  expect(first).toMatchObject(members.map(() => refused))
  expect(transactions).toHaveBeenCalledTimes(1 + members.length)
  for (const client of members) expect(words(client)).toEqual(['before'])

  failing.mockRestore()
  together.mockRestore()
  for (const [index, text] of items.entries()) expect(await say(index, text, 2)).toMatchObject({ ok: true })
  await expectOneView(log, members, ['before', ...items.flat()])
})

test('P1 P2 S7 after a full disk has space again, each member has each message of the log once', async () => {
  const { file, log, members, say } = await startChat()
  await say(0, ['before'])
  const [{ page_count: pages }] = file.database.pragma('page_count') as [{ page_count: number }]
  file.database.pragma(`max_page_count = ${pages + 3}`)
  const long = Array.from({ length: 20 }, (_, index) => `${index} ${'x'.repeat(3_000)}`)
  const [large, small] = await Promise.all([say(0, long, 2), say(1, ['small'])])
  expect(large).toMatchObject(refused)
  expect(small).toMatchObject({ ok: true, results: [{ seq: 2 }] })
  for (let attempt = 1; attempt <= 3; attempt += 1) expect(await say(0, long, 2)).toMatchObject(refused)

  file.database.pragma('max_page_count = 1000000')
  const healed = await say(0, long, 2)
  expect(healed.results).toMatchObject(long.map((_, index) => ({ seq: index + 3 })))
  expect(await say(0, long, 2)).toEqual(healed)
  await say(2, ['after'])
  await expectOneView(log, members, ['before', 'small', ...long, 'after'])
})

/** Expects that each member received the log in its order without holes, and so does a new client. */
async function expectOneView(log: SqliteLog, members: readonly Client[], said: readonly string[]): Promise<void> {
  const page = await log.page('general', all)
  const { epoch, entries } = page
  expect(entries.map(({ data }) => (data as { text: string }).text)).toEqual(said)
  expect(entries.map(({ seq }) => seq)).toEqual(said.map((_, index) => index + 1))
  for (const client of members) {
    await expect.poll(() => words(client).length).toBe(said.length)
    expect(words(client)).toEqual(said)
    expect(client.of('message').map(([, meta]) => meta)).toMatchObject(entries.map(({ seq }) => ({ epoch, seq })))
  }
  const again = await members[0]?.join('general', { epoch, seq: 0 })
  expect(again?.entries).toEqual(wirePage(page).entries)
}

/** Three members of one room, over a file whose disk the test can break. */
async function startChat() {
  const file = new LogFile(join(temporaryFolder(), 'rooms.db'), 'normal', 'this boot')
  const log = new SqliteLog(file, rowLimits('test', {}), retentionFor('test', {}, 1_000), 1_000)
  onTestFinished(() => log.close())
  const { connect } = await startRooms({ contract: guestChat, log })
  const members = [await connect(), await connect(), await connect()]
  for (const client of members) await client.join('general')
  const say = async (index: number, text: readonly string[], first = 1) => {
    const client = members[index] as Client
    return await client.publish('general', texts(text, first), { cid: cidOf(String(index)) })
  }
  return { file, log, members, say }
}

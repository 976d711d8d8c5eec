import { sqliteLog } from '../../src/sqlite.ts'

// A process to be killed while it writes: prints each batch after its answer, and never stops by itself.
const [, , file = ''] = process.argv
const log = sqliteLog({ file })

async function write(letter: string): Promise<never> {
  const sender = { user: null, cid: letter.repeat(22) }
  const { epoch } = await log.page(letter, { after: 0, limit: 0, bytes: 0 })
  const known = await log.row(letter, sender)
  for (let n = (known?.last ?? 0) + 1; ; n += 3) {
    const items = [n, n + 1, n + 2].map((number) => ({ n: number, hash: String(number), ...whatBecomesOf(number) }))
    const committed = await log.commit(letter, { epoch, sender, items })
    await said(`${JSON.stringify({ letter, items, results: committed?.results })}\n`)
  }
}

/** Waits until the pipe has taken the line. */
function said(line: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(line, () => resolve()))
}

function whatBecomesOf(n: number) {
  if (n % 5 === 0) return { refusal: { code: 'FIFTH' } }
  return { entry: { event: 'message', data: 'x'.repeat(n % 3_000), id: String(n), from: null, at: n } }
}

for (const letter of ['a', 'b', 'c', 'd']) void write(letter)

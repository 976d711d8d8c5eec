/** The storage of an outbox, as `@roomful/client` documents it under the same name. */
export interface OutboxStorage {
  readonly name: string
  read(prefix: string): Promise<readonly (readonly [key: string, text: string])[]>
  write(changes: readonly (readonly [key: string, text: string | null])[]): Promise<void>
  close(): Promise<void>
}

export interface OutboxStorageSuiteOptions {
  /** Opens the storage of an address. Opened again, it has what was stored before. */
  readonly open: (address: string) => Promise<OutboxStorage>
  /**
   * Makes the next write of several changes fail after some of them were made, as a full disk does; without it that case
   * is left out. What it returns ends the fault.
   */
  readonly breakNextWrite?: () => () => void
}

/** One case: `run` rejects with a sentence that names the broken rule. */
export interface OutboxStorageCase {
  readonly name: string
  run(): Promise<void>
}

interface Page {
  readonly address: string
  /** Closes the storage and opens it again. */
  reopen(this: void): Promise<OutboxStorage>
}

type Change = readonly [key: string, text: string | null]

const MANY = 500

/**
 * The rules of an `OutboxStorage`, one case each, for any test runner. Each case uses an address of its own.
 *
 * @example for (const { name, run } of outboxStorageSuite({ open: openFileStorage })) test(name, run)
 */
export function outboxStorageSuite({ open, breakNextWrite }: OutboxStorageSuiteOptions): readonly OutboxStorageCase[] {
  const cases: OutboxStorageCase[] = []
  const rule = (name: string, check: (storage: OutboxStorage, page: Page) => Promise<void>): void => {
    const run = async (): Promise<void> => {
      const address = newAddress()
      let storage = await open(address)
      const reopen = async (): Promise<OutboxStorage> => {
        await storage.close()
        return (storage = await open(address))
      }
      try {
        await check(storage, { address, reopen })
      } finally {
        await storage.close()
      }
    }
    cases.push({ name, run })
  }

  rule('has a name of its own', async ({ name }) => {
    if (typeof name !== 'string' || ['', 'memory', 'none'].includes(name))
      throw new Error(`name must be a string other than '', 'memory' and 'none', got ${JSON.stringify(name)}`)
  })

  rule('is empty for a new address', (storage) => expectStored(storage, {}, 'a new address must have no records'))

  rule('reads what was written, and replaces and removes it', async (storage) => {
    await storage.write(changes({ 'a.1': '1', 'a.2': '2', 'a.3': '3' }))
    await storage.write(changes({ 'a.1': 'new', 'a.2': null, 'b.1': 'more' }))
    await expectStored(storage, { 'a.1': 'new', 'a.3': '3', 'b.1': 'more' }, 'a write must store, replace and remove')
  })

  rule('accepts the removal of a key that it does not have', async (storage) => {
    await storage.write(changes({ 'a.1': null, 'b.1': '1' }))
    await storage.write(changes({ 'a.1': null }))
    await expectStored(storage, { 'b.1': '1' }, 'removing an unknown key must change nothing')
  })

  rule('reads by a prefix of the key', async (storage) => {
    const records = { 'a.1': '1', 'a.12': '12', 'a-.1': '-', 'A.1': 'A', 'b.1': 'b', 'ba.1': 'ba', 'a_b.1': '_' }
    await storage.write(changes(records))
    for (const prefix of ['a', 'a.', 'a.1', 'b', 'b.', 'c', 'a.1234']) {
      const expected = Object.entries(records).filter(([key]) => key.startsWith(prefix))
      const why = `read('${prefix}') must give the records whose key begins so, and no others`
      await expectStored(storage, Object.fromEntries(expected), why, prefix)
    }
    await expectStored(storage, records, "read('') must give all records")
  })

  rule('keeps addresses apart', async (storage, { address }) => {
    const others = await Promise.all([`${address}/more`, `${address}:8080`].map((other) => open(other)))
    try {
      await storage.write(changes({ 'a.1': 'here' }))
      for (const other of others) {
        await expectStored(other, {}, 'the records of another address must not be read')
        await other.write(changes({ 'a.1': 'there', 'a.2': 'there' }))
      }
      await expectStored(storage, { 'a.1': 'here' }, 'a write for another address must change nothing')
    } finally {
      for (const other of others) await other.close()
    }
  })

  rule('has all records after it is closed and opened again', async (storage, { reopen }) => {
    await storage.write(changes({ 'a.1': '1', 'a.2': '2', 'b.1': '3' }))
    await storage.write(changes({ 'a.2': null }))
    await expectStored(await reopen(), { 'a.1': '1', 'b.1': '3' }, 'records must survive the page')
  })

  rule('takes effect in the order in which writes were begun', async (storage, { reopen }) => {
    const writes: Promise<void>[] = []
    for (let turn = 0; turn < 20; turn++)
      writes.push(storage.write(changes({ 'a.1': `${turn}`, [`b.${turn}`]: `${turn}`, [`b.${turn - 1}`]: null })))
    const expected = { 'a.1': '19', 'b.19': '19' }
    await expectStored(storage, expected, 'a read must see every write that was begun before it, in order')
    await Promise.all(writes)
    await expectStored(await reopen(), expected, 'writes must take effect in the order in which they were begun')
  })

  rule('never shows half of a write', async (storage) => {
    const writing = storage.write(many((n) => `${n}`))
    const reads = await Promise.all([storage.read(''), storage.read(''), writing.then(() => storage.read(''))])
    const counts = reads.map((records) => records.length)
    if (counts.some((count) => count !== 0 && count !== MANY) || counts[2] !== MANY)
      throw new Error(`a read beside a write of ${MANY} records must see none or all of them, got ${counts.join(', ')}`)
  })

  if (breakNextWrite)
    rule('makes all changes of a write, or none', async (storage, { reopen }) => {
      await storage.write(changes({ 'a.1': '1', 'a.2': '2' }))
      const mend = breakNextWrite()
      const failing = storage.write(changes({ 'a.1': null, 'a.2': 'new', 'a.3': '3', 'a.4': '4' }))
      const hasFailed = await failing.then(
        () => false,
        () => true,
      )
      mend()
      if (!hasFailed) throw new Error('a write of which a part failed must reject')
      const before = { 'a.1': '1', 'a.2': '2' }
      await expectStored(storage, before, 'a write that rejects must change nothing')
      await storage.write(changes({ 'a.2': null }))
      await expectStored(await reopen(), { 'a.1': '1' }, 'a write after one that failed must take effect')
    })

  rule('holds many records and removes them', async (storage, { reopen }) => {
    await storage.write(many((n) => `"record ${n}"`))
    const { length } = await storage.read('')
    if (length !== MANY) throw new Error(`${MANY} records were written in one step, but ${length} are read`)
    await storage.write(many((n) => (n === 7 ? `"kept"` : null)))
    await expectStored(await reopen(), { 'page.7': '"kept"' }, 'many records must be removed in one step')
  })

  rule('holds large records', async (storage, { reopen }) => {
    const records = { 'a.1': JSON.stringify('x'.repeat(1_000_000)), 'a.2': JSON.stringify('€'.repeat(40_000)) }
    await storage.write(changes(records))
    await expectStored(await reopen(), records, 'a text of 1 MB must be kept as it is')
  })

  rule('keeps any characters and the longest keys', async (storage, { reopen }) => {
    const odd = ['ä€𝄞', '\u2028\u2029\ufeff\uffff', `"'\\/<>&%:;,\t\r\n`, ' ', 'null', '__proto__']
    const texts = odd.flatMap((text, n) => [[`a.${n}`, text] as const, [`b.${n}`, JSON.stringify(text)] as const])
    const records = Object.fromEntries([...texts, ['_-.zZ09'.padEnd(64, 'k'), '1'], ['-', '2'], ['constructor', '3']])
    await storage.write(changes(records))
    await expectStored(await reopen(), records, 'keys and texts must be kept as they are')
  })

  rule('finishes a running write before it closes', async (storage, { reopen }) => {
    const writing = storage.write(many((n) => `${n}`))
    const next = await reopen()
    await writing
    const { length } = await next.read('')
    if (length !== MANY) throw new Error(`a write that was begun before close() must be made, got ${length} of ${MANY}`)
  })

  return cases
}

type Stored = Readonly<Record<string, string>>

let lastAddress = 0

function newAddress(): string {
  return `https://storage.test/${Date.now().toString(36)}${Math.random().toString(36).slice(2)}/${++lastAddress}`
}

function changes(records: Readonly<Record<string, string | null>>): Change[] {
  return Object.entries(records)
}

function many(textOf: (n: number) => string | null): Change[] {
  return Array.from({ length: MANY }, (_, index) => [`page.${index + 1}`, textOf(index + 1)] as const)
}

async function expectStored(storage: OutboxStorage, expected: Stored, why: string, prefix = ''): Promise<void> {
  const records = await storage.read(prefix)
  const got = describeRecords(records)
  const wanted = describeRecords(Object.entries(expected))
  if (got !== wanted) throw new Error(`${why}: expected ${shorten(wanted)}, got ${shorten(got)}`)
}

function describeRecords(records: readonly (readonly [key: string, text: string])[]): string {
  return JSON.stringify([...records].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function shorten(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)}…` : text
}

import { RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { Recorder, type RecorderInput } from '../../src/recorder/recorder.ts'

const packet = (at: number, ...args: unknown[]): RecorderInput => ({ at, event: { type: 'in', event: 'news', args } })

describe('bounds', () => {
  test('DV1 the oldest entries are dropped beyond the number of entries, and counted', () => {
    const recorder = new Recorder({ maxEntries: 3 })
    for (let at = 0; at < 10; at += 1) recorder.step(packet(at, at))
    expect(recorder.entries.map(({ number, entry }) => [number, entry.at])).toEqual([
      [7, 7],
      [8, 8],
      [9, 9],
    ])
    expect(recorder.dropped).toBe(7)
  })

  test('DV1 the oldest entries are dropped beyond the bytes of their data; the newest is kept', () => {
    const recorder = new Recorder({ maxBytes: 5_000 })
    for (let at = 0; at < 10; at += 1) recorder.step(packet(at, 'x'.repeat(1_500)))
    expect(recorder.entries.map(({ entry }) => entry.at)).toEqual([7, 8, 9])
    recorder.step(packet(10, 'x'.repeat(50_000)))
    expect(recorder.entries.map(({ entry }) => entry.at)).toEqual([10])
  })

  test('DV1 a value that is too large, too deep or has too many parts is recorded by its size only', () => {
    const recorder = new Recorder()
    const cycle: unknown[] = []
    cycle.push(cycle)
    for (const value of ['x'.repeat(600_000), cycle, Array(60_000).fill(true)]) recorder.step(packet(0, value))
    const sizes = recorder.entries.map(({ entry }) => 'args' in entry && entry.args[0])
    expect(sizes).toEqual(Array(3).fill({ $omitted: expect.any(Number) as number }))
  })

  test('numbers of entries go on after the recording was cleared', () => {
    const recorder = new Recorder()
    recorder.step(packet(0))
    recorder.clear()
    recorder.step(packet(1))
    expect(recorder.entries.map(({ number }) => number)).toEqual([1])
    expect(recorder.dropped).toBe(1)
  })
})

describe('values', () => {
  const recorded = (...args: unknown[]): unknown => {
    const entry = new Recorder().step(packet(0, ...args))
    return 'args' in entry && entry.args
  }

  test('a value is copied as JSON has it: later changes by the app are not seen', () => {
    const data = { text: 'a', none: undefined, date: new Date(0), list: [undefined, Number.NaN, 1n] }
    const entry = new Recorder().step(packet(0, data))
    data.text = 'b'
    expect('args' in entry && entry.args).toEqual([
      { text: 'a', date: '1970-01-01T00:00:00.000Z', list: [null, null, '1'] },
    ])
  })

  test('binary data becomes base64', () => {
    const bytes = new Uint8Array([0, 1, 255])
    expect(recorded(bytes, bytes.buffer, { part: new Uint8Array(bytes.buffer, 1, 1) })).toEqual([
      { $binary: 'AAH/' },
      { $binary: 'AAH/' },
      { part: { $binary: 'AQ==' } },
    ])
  })

  test('DV2 credentials are not recorded, by the names of properties', () => {
    const user = { id: 'ann', author: 'ann', tokens: 1, isAuthorized: true }
    expect(
      recorded({
        auth: { token: 'a' },
        accessToken: 'a',
        Password: 'a',
        'set-cookie': ['a'],
        api_key: 'a',
        sessionId: 'a',
        user,
      }),
    ).toEqual([
      {
        auth: '[masked]',
        accessToken: '[masked]',
        Password: '[masked]',
        'set-cookie': '[masked]',
        api_key: '[masked]',
        sessionId: '[masked]',
        user: { id: 'ann', author: 'ann', tokens: '[masked]', isAuthorized: true },
      },
    ])
  })

  test('DV2 credentials are not recorded, by their form in texts', () => {
    const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N'
    expect(
      recorded(`a ${jwt} b`, 'Authorization: Bearer abcdef.123', 'https://a.example/?room=1&access_token=xyz&x=2'),
    ).toEqual(['a [masked] b', 'Authorization: Bearer [masked]', 'https://a.example/?room=1&access_token=[masked]&x=2'])
  })

  test('DV2 sentences of errors have no credentials either', () => {
    const error = new RoomfulError('REFUSED', 'refused: Bearer abcdef', {
      refusal: { code: 'REFUSED', message: 'Bearer abcdef', data: { token: 'x' } },
    })
    expect(new Recorder().step({ at: 0, event: { type: 'failed', refused: true, error } })).toEqual({
      type: 'failed',
      refused: true,
      at: 0,
      error: { code: 'REFUSED', message: 'Bearer [masked]', data: { token: '[masked]' } },
    })
  })

  test('a value whose getter throws disturbs nothing', () => {
    const value = {
      get text(): string {
        throw new Error('no')
      },
    }
    expect(recorded(value)).toEqual([{ $omitted: expect.any(Number) as number }])
  })
})

test('the time of an answer is that since its call; the round trip is the last and the median', () => {
  const recorder = new Recorder()
  const call = (number: number, at: number, ms: number) => {
    recorder.step({ at, event: { type: 'out', event: 'ask', args: [], call: number } })
    return recorder.step({ at: at + ms, event: { type: 'ack', event: 'ask', args: [], call: number } })
  }
  expect(recorder.roundTrip).toBeUndefined()
  expect(call(1, 0, 10)).toMatchObject({ ms: 10 })
  call(2, 20, 300)
  call(3, 400, 20)
  expect(recorder.roundTrip).toEqual({ lastMs: 20, medianMs: 20 })
})

test('counts of the outbox in a row are one entry, with the newest counts', () => {
  const recorder = new Recorder()
  for (const queued of [1, 2, 3]) recorder.step({ at: queued, event: { type: 'queue', queued, sending: 0 } })
  expect(recorder.entries.map(({ entry }) => entry)).toEqual([{ type: 'queue', queued: 3, sending: 0, at: 3 }])
})

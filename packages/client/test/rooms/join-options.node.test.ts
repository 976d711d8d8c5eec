import { describe, expect, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startRoomful } from '../support/test-client.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'
import { joinAnswer, startScript } from './support/scripted-server.ts'

/** A server whose joins are answered by the test. */
async function startSlow() {
  const answers: ((answer: object) => void)[] = []
  const script = await startScript({ $join: () => (acknowledge) => answers.push(acknowledge) })
  const answer = async (given: object) => {
    await eventually(() => expect(answers).not.toEqual([]))
    answers.shift()?.(given)
  }
  return { ...script, answer }
}
const NO = { ok: false, code: 'FORBIDDEN' }

describe('RM10 the options of join() end its wait; the join continues', () => {
  test('timeoutMs rejects with TIMEOUT', async () => {
    expectNothingUncaught()
    const { url, answer } = await startSlow()
    const client = startRoomful(url)
    await expect(client.join('general', { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: 'timed out after 20 ms joining room general; the join continues',
    })
    const room = client.room('general')
    expect(room.status).toBe('joining')
    await answer(joinAnswer())
    await eventually(() => expect(room.status).toBe('joined'))
  })
  test.each([Infinity, -1, Number.NaN, '5'])('timeoutMs %s is refused before anything is sent', async (timeoutMs) => {
    const { url, events } = await startSlow()
    const client = startRoomful(url)
    await expect(client.join('general', { timeoutMs: timeoutMs as number })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    await client.connect()
    expect([client.room('general').status, events()]).toEqual(['left', []])
  })
  test('a signal that aborts meanwhile rejects with its reason', async () => {
    expectNothingUncaught()
    const { url, answer } = await startSlow()
    const room = startRoomful(url).room('general')
    const controller = new AbortController()
    const joined = room.join({ signal: controller.signal })
    controller.abort(new Error('the page was closed'))
    await expect(joined).rejects.toThrow('the page was closed')
    await answer(NO)
    await eventually(() => expect(room.status).toBe('failed'))
  })
  test('a signal that is aborted already rejects at once, and nothing is sent', async () => {
    const { url } = await startSlow()
    const client = startRoomful(url)
    const room = client.room('general')
    await expect(room.join({ signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow('too late')
    expect([room.status, client.status]).toEqual(['left', 'idle'])
  })
  test('an answer in time resolves, and a later abort changes nothing', async () => {
    const { url, answer } = await startSlow()
    const room = startRoomful(url).room('general')
    const controller = new AbortController()
    const joined = room.join({ timeoutMs: 60_000, signal: controller.signal })
    await answer(joinAnswer())
    await expect(joined).resolves.toBe(room)
    controller.abort()
    expect(room.status).toBe('joined')
  })
  test('several calls share one join, each with its own time-out', async () => {
    const { url, answer, dataOf } = await startSlow()
    const room = startRoomful(url).room('general')
    const impatient = room.join({ timeoutMs: 10 })
    const patient = room.join()
    await expect(impatient).rejects.toMatchObject({ code: 'TIMEOUT' })
    await answer(joinAnswer())
    await expect(patient).resolves.toBe(room)
    expect(dataOf('$join')).toEqual([{ room: 'general', packs: true }])
  })
})

describe('CN9 a promise that the app ignores', () => {
  test('is no unhandled rejection when the call fails', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    expectNothingUncaught()
    const { url, answer } = await startSlow()
    const client = startRoomful(url)
    void client.join('general')
    void client.room('general').join()
    void client.room('general').emit('message', {})
    void client.room('other').emit('message', {})
    void client.room('general').history()
    await answer(NO)
    await eventually(() => expect(client.room('general').status).toBe('failed'))
  })
})

import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startClient } from '../support/test-client.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'
import { joinAnswer, startScript } from './support/scripted-server.ts'

/** A server whose answers to joins the test gives. */
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

describe('RM10 timeoutMs and signal end the waiting, not the joining', () => {
  test('timeoutMs', async () => {
    expectNothingUncaught()
    const { url, answer } = await startSlow()
    const client = startClient(url)
    await expect(client.join('general', { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: 'joining room general took longer than 20 ms, and goes on',
    })
    const room = client.room('general')
    expect(room.status).toBe('joining')
    await answer(joinAnswer())
    await eventually(() => expect(room.status).toBe('joined'))
  })
  test.each([Infinity, -1, Number.NaN, '5'])('timeoutMs %s is refused, and joins nothing', async (timeoutMs) => {
    const { url, events } = await startSlow()
    const client = startClient(url)
    await expect(client.join('general', { timeoutMs: timeoutMs as number })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    await client.connect()
    expect([client.room('general').status, events()]).toEqual(['left', []])
  })
  test('a signal that aborts later rejects with its reason', async () => {
    expectNothingUncaught()
    const { url, answer } = await startSlow()
    const room = startClient(url).room('general')
    const controller = new AbortController()
    const joined = room.join({ signal: controller.signal })
    controller.abort(new Error('the page was closed'))
    await expect(joined).rejects.toThrow('the page was closed')
    await answer(NO)
    await eventually(() => expect(room.status).toBe('failed'))
  })
  test('a signal that was aborted before rejects at once, and nothing is asked', async () => {
    const { url } = await startSlow()
    const client = startClient(url)
    const room = client.room('general')
    await expect(room.join({ signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow('too late')
    expect([room.status, client.status]).toEqual(['left', 'idle'])
  })
  test('neither costs anything where the answer comes in time', async () => {
    const { url, answer } = await startSlow()
    const room = startClient(url).room('general')
    const controller = new AbortController()
    const joined = room.join({ timeoutMs: 60_000, signal: controller.signal })
    await answer(joinAnswer())
    await expect(joined).resolves.toBe(room)
    controller.abort()
    expect(room.status).toBe('joined')
  })
  test('several wait for one join, each as long as it likes', async () => {
    const { url, answer, dataOf } = await startSlow()
    const room = startClient(url).room('general')
    const impatient = room.join({ timeoutMs: 10 })
    const patient = room.join()
    await expect(impatient).rejects.toMatchObject({ code: 'TIMEOUT' })
    await answer(joinAnswer())
    await expect(patient).resolves.toBe(room)
    expect(dataOf('$join')).toEqual([{ room: 'general' }])
  })
})

describe('CN9 a join that nobody waits for', () => {
  test('is no unhandled rejection when it fails', async () => {
    expectNothingUncaught()
    const { url, answer } = await startSlow()
    const client = startClient(url)
    void client.join('general')
    void client.room('general').join()
    void client.room('general').emit('message', {})
    void client.room('other').emit('message', {})
    void client.room('general').history()
    await answer(NO)
    await eventually(() => expect(client.room('general').status).toBe('failed'))
  })
})

import { type Client, createClient, defineContract } from '@roomful/client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { acksScript, flaskMissing, startFlask } from '../support/start-flask.ts'

const contract = defineContract({
  clientToServer: { ask: z.any() },
  serverToClient: {
    question: { data: z.object({ n: z.number() }), ack: z.object({ double: z.number() }) },
    asked: z.any(),
  },
})

/** Flask asks the client by `call()`, and sends back what it got. */
async function startAsking() {
  const flask = await startFlask(acksScript)
  onTestFinished(() => flask.stop())
  const ask = (client: Client): Promise<unknown> =>
    new Promise((resolve) => {
      client.once('asked', (...values: unknown[]) => resolve(values))
      client.emit('ask', 'question', { n: 21 })
    })
  return { url: flask.url, ask }
}

describe.skipIf(flaskMissing())("Flask-SocketIO's call()", () => {
  test('DS10 gets what a listener returns, with a contract: at once, later, and an error', async () => {
    const { url, ask } = await startAsking()
    const client = createClient({ url, contract, onError: () => {} })
    onTestFinished(client.close)
    const asked = () => ask(client as unknown as Client)
    const off = client.on('question', ({ n }) => ({ double: 2 * n }))
    expect(await asked()).toEqual([{ double: 42 }])
    off()
    const offLater = client.on('question', async ({ n }) => ({ double: 2 * n }))
    expect(await asked()).toEqual([{ double: 42 }])
    offLater()
    client.on('question', () => {
      throw new Error('secret')
    })
    expect(await asked()).toEqual([{ $error: { code: 'INTERNAL', message: "the client's listener failed" } }])
  })

  test('DS13 gets the values of the callback, without a contract', async () => {
    const { url, ask } = await startAsking()
    const client = createClient({ url })
    onTestFinished(client.close)
    client.on('question', ({ n }: { n: number }, ack: (...values: unknown[]) => void) =>
      ack('yes', n, new Uint8Array(1)),
    )
    expect(await ask(client)).toEqual(['yes', 21, expect.any(Uint8Array)])
  })

  test('DS12 times out where no listener answers', async () => {
    const { url, ask } = await startAsking()
    const client = createClient({ url })
    onTestFinished(client.close)
    expect(await ask(client)).toEqual(['TimeoutError'])
  })
})

import { connectTo, type Contender } from '../src/subject.ts'

/** Receives `events` events with this number of listeners. */
export async function dispatch(url: string, contender: Contender, listeners: number, events: number): Promise<void> {
  const subject = await connectTo(url, contender)
  let received = 0
  for (let n = 0; n < listeners; n += 1) subject.on('chat', () => (received += 1))
  await subject.emitWithAck('storm', events)
  subject.close()
  if (received !== listeners * events) throw new Error(`${contender} received ${received} of ${listeners * events}`)
}

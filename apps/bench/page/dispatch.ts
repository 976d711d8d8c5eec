import { connectTo, type Contender } from '../src/subject.ts'

/** Hears `events` events with so many listeners. */
export async function dispatch(url: string, contender: Contender, listeners: number, events: number): Promise<void> {
  const subject = await connectTo(url, contender)
  let heard = 0
  for (let n = 0; n < listeners; n += 1) subject.on('chat', () => (heard += 1))
  await subject.ask('storm', events)
  subject.close()
  if (heard !== listeners * events) throw new Error(`${contender} heard ${heard} of ${listeners * events}`)
}

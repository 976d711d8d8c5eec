import { setTimeout as pause } from 'node:timers/promises'
import type { FrameRequest } from './chat-list-types.ts'
import type { StormEvent, StormRequest } from './storm-types.ts'

/** Calls the function for each number, as many as requested every 16 ms. */
export async function everyFrame({ frames, each }: FrameRequest, send: (n: number) => unknown): Promise<void> {
  const started = performance.now()
  for (let n = 0; n < frames * each; n += 1) {
    send(n)
    if ((n + 1) % each === 0) await pause(started + ((n + 1) / each) * 16 - performance.now())
  }
}

/** Sends the events of a storm, as evenly as timers allow. */
export async function sendStorm(
  { rate, seconds, keys }: StormRequest,
  send: (event: StormEvent) => unknown,
): Promise<void> {
  const started = performance.now()
  for (let n = 0; n < rate * seconds;) {
    const due = Math.min(((performance.now() - started) / 1000) * rate, rate * seconds)
    for (; n < due; n += 1) send({ n, key: n % keys, text: 'x'.repeat(80) })
    await pause(1)
  }
}

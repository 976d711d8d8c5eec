import { setTimeout as delay } from 'node:timers/promises'
import type { FaultProxy } from '@roomful/testing/proxy'
import type { NetworkFault } from './plan.ts'
import { between, type Random } from './random.ts'

export async function applyNetworkFault(
  proxy: FaultProxy,
  kind: NetworkFault,
  forMs: number,
  random: Random,
): Promise<void> {
  if (kind === 'cut' || kind === 'reset') return proxy[kind]()
  if (kind === 'stall' || kind === 'strand') proxy[kind]()
  if (kind === 'delay') proxy.delay(between(random, 20, 300))
  if (kind === 'drop to server') proxy.drop('toServer')
  if (kind === 'drop to client') proxy.drop('toClient')
  if (kind === 'silence' || kind === 'refuse') {
    proxy[kind]()
    proxy.cut()
  }
  await delay(forMs)
  proxy.pass()
}

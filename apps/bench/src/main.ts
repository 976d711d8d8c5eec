import { dispatch } from './dispatch.ts'
import { rounds } from './rounds.ts'
import { unsubscribe } from './unsubscribe.ts'

// Ratios of us to socket.io-client in one run, the order rotated: single times say little on a busy machine.
const started = performance.now()
console.table({
  ...(await rounds(7, unsubscribe)),
  ...(await rounds(7, dispatch)),
})
console.log(`Milliseconds: median of the rounds. ${((performance.now() - started) / 1000).toFixed(0)} s in all.`)

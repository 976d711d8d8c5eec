import type { RoomfulError, RoomState } from '@roomful/client'
import { Membership } from '../../../src/rooms/membership.ts'
import type { MembershipInput, MembershipOutput } from '../../../src/rooms/membership-types.ts'
import { joinVerdict } from '../../../src/rooms/room-state.ts'

interface Script {
  readonly connected?: boolean
  readonly nameError?: RoomfulError
}

/** A membership whose server answers as the test scripts it. Requests are numbered from 0. */
export function createScriptedMembership({ connected = true, nameError }: Script = {}) {
  const membership = new Membership(nameError)
  const requests: { readonly kind: 'join' | 'leave'; readonly request: number }[] = []
  const seen: RoomState['status'][] = []
  const joined: ('app' | 'outbox')[] = []
  const refused: string[] = []
  const retries: { readonly attempt: number; readonly minMs: number }[] = []
  const verdicts: { current: string | undefined }[] = []
  let isRetrying = false
  let isReleasing = false

  const perform = (output: MembershipOutput): void => {
    switch (output.type) {
      case 'join':
      case 'leave':
        return void requests.push({ kind: output.type, request: output.request })
      case 'joined':
        return void joined.push(output.for)
      case 'refused':
        return void refused.push(output.error.code)
      case 'retryLater':
        retries.push({ attempt: output.attempt, minMs: output.minMs })
        isRetrying = true
        return
      case 'cancelRetry':
        isRetrying = false
        return
      case 'releaseLater':
      case 'cancelRelease':
        isReleasing = output.type === 'releaseLater'
    }
  }
  const settle = (): void => {
    const verdict = joinVerdict(membership.state)
    for (const open of verdicts) open.current ??= verdict === true ? 'joined' : verdict?.code
  }
  const step = (input: MembershipInput): MembershipOutput[] => {
    const before = membership.state
    const outputs = membership.step(input)
    if (membership.state !== before) {
      seen.push(membership.state.status)
      settle()
    }
    outputs.forEach(perform)
    return outputs
  }
  const numberOf = (n: number): number => {
    const request = requests[n]
    if (!request) throw new Error(`expected ${n + 1} requests, got ${requests.length}`)
    return request.request
  }
  let lostAt = 0
  if (connected) step({ type: 'connected', isRecovered: false })
  return {
    step,
    /** How this `join()` ended, read from `current`: `joined`, the error's code, or undefined while it waits. */
    join: (): { readonly current: string | undefined } => {
      const verdict = { current: undefined }
      step({ type: 'join' })
      verdicts.push(verdict)
      settle()
      return verdict
    },
    leave: () => step({ type: 'leave' }),
    hold: () => step({ type: 'hold' }),
    release: () => step({ type: 'release' }),
    /** The delay after the last release is over. */
    releaseDue: () => {
      if (!isReleasing) throw new Error('no release is planned')
      isReleasing = false
      step({ type: 'releaseDue' })
    },
    /** Messages wait in the outbox for this room; or none do any more. */
    need: () => step({ type: 'needed', isNeeded: true }),
    needNoMore: () => step({ type: 'needed', isNeeded: false }),
    up: (isRecovered = false) => step({ type: 'connected', isRecovered }),
    down: (error?: RoomfulError) => step({ type: 'disconnected', ...(error && { error }) }),
    /** `afterMs` since the loss before. */
    lost: (afterMs = 60_000) => step({ type: 'lost', nowMs: (lostAt += afterMs) }),
    putOut: (error: RoomfulError) => step({ type: 'out', error }),
    changeParams: () => step({ type: 'paramsChanged' }),
    retryDue: () => {
      if (!isRetrying) throw new Error('no retry is planned')
      isRetrying = false
      step({ type: 'retryDue' })
    },
    accept: (n: number, acknowledged = true) =>
      step({ type: 'answer', request: numberOf(n), ...(requests[n]?.kind === 'join' && { answer: { acknowledged } }) }),
    fail: (n: number, error: RoomfulError) => step({ type: 'answer', request: numberOf(n), error }),
    late: (n: number, error?: RoomfulError) =>
      step({ type: 'lateAnswer', request: numberOf(n), ...(error && { error }) }),
    status: () => membership.state.status,
    state: () => membership.state,
    isBusy: () => membership.isBusy,
    isRetrying: () => isRetrying,
    isReleasing: () => isReleasing,
    /** The requests so far. */
    requests: () => requests.map(({ kind }) => kind),
    /** Every status since the start, in order. */
    seen,
    /** For whom the client was told that it is in the room. */
    joined,
    /** The codes that end the messages that wait. */
    refused,
    retries,
  }
}

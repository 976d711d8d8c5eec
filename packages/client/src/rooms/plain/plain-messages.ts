import { type Receipt, RoomfulError } from '@roomful/contract'
import type { ClientCore } from '../../client-core.ts'
import { Emitter } from '../../emitter.ts'
import { isConnectionLoss, refusalIn } from '../../errors.ts'
import { abortReason, type CallOptions, handled, within } from '../../promises.ts'
import type { OutgoingMessage, OutgoingMessages, RoomHost, SentMessage } from '../rooms-protocol.ts'
import { ACK_WAIT_MS, type PlainSettings } from './plain-options.ts'
import type { EventCall } from './plain-types.ts'

/** What the messages need of their room. */
interface MessagesPort {
  readonly host: RoomHost
  readonly core: ClientCore
  readonly settings: PlainSettings
  /** The event and its arguments for this server. */
  readonly callFor: (event: string, data: unknown, id: string) => EventCall
  readonly newId: () => string
  /** Whether the client has joined the room on this connection. */
  readonly isIn: () => boolean
}

/** A message that is queued, or whose acknowledgement or echo may still come. */
interface Pending {
  message: OutgoingMessage
  /** Ends the wait in the queue, or for the acknowledgement. */
  readonly cancel: (error: Error) => void
  echoTimer?: ReturnType<typeof setTimeout>
}

/** This client's messages on their way in one room of a plain server. SPEC.md, rules OB15 and PL. */
export class PlainMessages implements OutgoingMessages {
  readonly #port: MessagesPort
  readonly #pending = new Map<string, Pending>()
  readonly #watchers = new Emitter<[OutgoingMessage]>()

  constructor(port: MessagesPort) {
    this.#port = port
  }

  get isInUse(): boolean {
    return this.#pending.size > 0 || this.#watchers.size > 0
  }

  list(): readonly OutgoingMessage[] {
    return Array.from(this.#pending.values(), ({ message }) => message)
  }

  watch(listener: (message: OutgoingMessage) => void): () => void {
    return this.#watchers.add(listener)
  }

  discard(id: string): void {
    const pending = this.#pending.get(id)
    if (!pending) return
    const isSent = pending.message.state === 'sending'
    const sentence = `message ${id} of room ${this.#port.host.name} was discarded`
    const error = isSent ? this.#unknown(pending, sentence) : new RoomfulError('DISCARDED', sentence)
    pending.cancel(error)
    if (isSent) this.#end(pending, 'unknown', error)
  }

  /** The server has sent a message back. Called after the listeners, so that a timeline has its place. */
  echoed(id: string): void {
    const pending = this.#pending.get(id)
    if (pending) this.#end(pending, 'confirmed')
  }

  /** Ends the wait for echoes. With a reason, the messages end with the error `UNKNOWN`. */
  endEchoes(reason?: string): void {
    for (const pending of Array.from(this.#pending.values()))
      if (pending.echoTimer !== undefined)
        this.#end(pending, 'unknown', reason === undefined ? undefined : this.#unknown(pending, reason))
  }

  send(event: string, given: unknown, { timeoutMs, signal }: CallOptions): SentMessage {
    const { host, core, settings, newId, callFor, isIn } = this.#port
    const [data] = given === undefined ? [] : core.sender.copy(event, [given])
    const id = newId()
    const [wireEvent, ...args] = callFor(event, data, id)
    const aborting = new AbortController()
    let reason: Error | undefined // kept here: older engines ignore the reason given to `abort`
    const cancel = (error: Error): void => {
      reason ??= error
      aborting.abort()
    }
    const abort = (): void => cancel(abortReason(signal))
    signal?.addEventListener('abort', abort)
    const pending: Pending = { message: { id, event, data, state: 'queued' }, cancel }
    this.#pending.set(id, pending)
    this.#show(pending, pending.message)

    const asksAck = settings.refusalOf !== undefined && settings.acks !== false
    let onSent = (): void => {}
    const sent = new Promise<void>((resolve) => (onSent = resolve))
    const answer = core.sender
      .emitWhenDue(
        { room: host.name, event: wireEvent, args, isDue: isIn, ...(asksAck && { onSent }) },
        { ...(timeoutMs !== undefined && { timeoutMs }), signal: aborting.signal },
      )
      .then((values) => {
        const refusal = refusalIn(values, settings)
        if (refusal) throw refusal
      })
      .finally(() => signal?.removeEventListener('abort', abort))
      .catch((cause: Error) => {
        throw reason ?? cause
      })

    const deliver = async (): Promise<Receipt> => {
      try {
        await (asksAck ? Promise.race([sent, answer]) : answer)
      } catch (error) {
        this.#end(pending, 'rejected', RoomfulError.from(error))
        throw error
      }
      this.#sent(pending, asksAck)
      if (asksAck) await this.#acknowledged(pending, answer)
      if (pending.echoTimer === undefined) this.#end(pending, 'unknown')
      return { confirmed: false, id }
    }
    return { id, receipt: handled(deliver()) }
  }

  #sent(pending: Pending, asksAck: boolean): void {
    const { host, core, settings } = this.#port
    const { ackTimeoutMs } = core.settings
    if (pending.message.state !== 'queued') return // the echo was quicker
    if (settings.idOf && host.state.status === 'joined') {
      const error = this.#unknown(pending, `the server did not send it back within ${ackTimeoutMs} ms`)
      pending.echoTimer = setTimeout(() => this.#end(pending, 'unknown', error), ackTimeoutMs)
    } else if (!asksAck) return
    this.#show(pending, { ...pending.message, state: 'sending' })
  }

  /** Waits for the acknowledgement; rejects with a refusal. Where it need not come, a late refusal is shown in timelines. */
  async #acknowledged(pending: Pending, answer: Promise<void>): Promise<void> {
    const { core, settings } = this.#port
    const { ackTimeoutMs } = core.settings
    const noAnswer = this.#unknown(pending, `no answer within ${ackTimeoutMs} ms`)
    const timer = setTimeout(() => pending.cancel(noAnswer), ackTimeoutMs)
    const settled = answer
      .finally(() => clearTimeout(timer))
      .catch((cause: RoomfulError) => {
        const error = isConnectionLoss(cause) ? this.#unknown(pending, cause.message) : cause
        if (error.refusal) this.#end(pending, 'rejected', error)
        else if (error.code === 'UNKNOWN') {
          if (!settings.acks) return // the message was sent, as it is without an acknowledgement
          this.#end(pending, 'unknown', error)
        } else if (pending.echoTimer === undefined) {
          // The caller of `emit` has stopped waiting.
          this.#end(pending, 'unknown', settings.acks ? this.#unknown(pending, cause.message) : undefined)
        }
        throw error
      })
    await (settings.acks ? settled : within(ACK_WAIT_MS, settled))
  }

  #unknown({ message }: Pending, reason: string): RoomfulError {
    const what = `"${message.event}" in room ${this.#port.host.name}`
    return new RoomfulError('UNKNOWN', `unknown outcome: ${what} may or may not have been delivered: ${reason}`)
  }

  #end(pending: Pending, state: OutgoingMessage['state'], error?: RoomfulError): void {
    const { id, event, data, state: from } = pending.message
    if (from === state || from === 'confirmed' || from === 'rejected') return
    const { host, core } = this.#port
    clearTimeout(pending.echoTimer)
    delete pending.echoTimer
    this.#pending.delete(id)
    if (error && from !== 'queued') core.reporting.drop(event, error, host.name) // the sender reports what it has not sent
    this.#show(pending, { id, event, data, state, ...(error && { error }) })
  }

  #show(pending: Pending, message: OutgoingMessage): void {
    const { host, core } = this.#port
    pending.message = message
    this.#watchers.call([message], (error) => core.reporting.report(error, 'timeline'))
    host.setNeeded(this.list().some(({ state }) => state === 'queued'))
  }
}

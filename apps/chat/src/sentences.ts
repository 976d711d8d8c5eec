import type { TimelineGap } from '@roomful/client'
import type { Message } from './log-rows.ts'

const number = new Intl.NumberFormat('en')

/** Makes an error message a sentence: with a capital letter and a full stop. */
export function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1)
  return /[.!?…]$/.test(text) ? text : `${text}.`
}

/** The error text of one of the user's own messages; undefined if the message is sent or will be sent. */
export function problemOf({ state, error }: Message): string | undefined {
  if (!error) return undefined
  if (state === 'unknown') return 'This may or may not have arrived.'
  return error.code === 'QUEUE_FULL' ? 'Too many messages wait already.' : sentence(error.message)
}

/** Describes which messages are missing, and why. */
export function gapSentence({ reason, from, to }: TimelineGap): string {
  if (reason === 'epoch') return 'The room’s history began anew: what was here before is gone.'
  if (from === undefined || to === undefined) return 'Messages may be missing here.'
  return from === to
    ? 'One message was missed and is no longer there.'
    : `${number.format(to - from + 1)} messages were missed and are no longer there.`
}

/** Describes what signing out loses. */
export function unsentSentence(count: number): string {
  if (count === 0) return 'All messages are sent now.'
  return count === 1
    ? 'One message is not sent yet. Signing out discards it.'
    : `${number.format(count)} messages are not sent yet. Signing out discards them.`
}

/** Describes the number of messages that are not confirmed yet. */
export function outboxSentence(count: number, isConnected: boolean): string {
  if (isConnected) return `Sending ${number.format(count)}…`
  return count === 1 ? 'One message waits to be sent.' : `${number.format(count)} messages wait to be sent.`
}

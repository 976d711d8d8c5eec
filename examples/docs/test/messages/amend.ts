import { amendments } from '@roomful/client'
import type { chat } from './contract.ts'

/** What a message shows. */
export interface Shown {
  readonly text: string
  readonly isEdited?: boolean
  readonly isRemoved?: boolean
  /** The users by emoji. */
  readonly reactions?: Readonly<Record<string, readonly string[]>>
}

export const amend = amendments<typeof chat, 'message', Shown>({
  edit: ({ data }, { text }) => ({ ...data, text, isEdited: true }),
  remove: () => ({ text: '', isRemoved: true }),
  reaction({ data }, { emoji, on }, { from }) {
    const { [emoji]: users = [], ...others } = data.reactions ?? {}
    if (from === undefined || !on)
      return { ...data, reactions: { ...others, ...(users.length > 0 && { [emoji]: users }) } }
    return { ...data, reactions: { ...others, [emoji]: [...users, from.id] } }
  },
})

export const CHAT_LIST_CONTENDERS = ['a copied array', 'roomful'] as const
export type ChatListContender = (typeof CHAT_LIST_CONTENDERS)[number]

/** Asks a server for messages: some in each frame of 16 ms. */
export interface FrameRequest {
  readonly frames: number
  readonly each: number
}

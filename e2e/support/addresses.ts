/** The server that all tests share; those that harm theirs take one of their own. */
export const sharedServer = `http://127.0.0.1:${process.env['SERVER_PORT']}`

/** The chat's page, with that server, and in that room. */
export function chatAddress(server: string, room?: string): string {
  const hash = room === undefined ? '' : `#${encodeURIComponent(room)}`
  return `http://127.0.0.1:${process.env['CHAT_PORT']}/?server=${encodeURIComponent(server)}${hash}`
}

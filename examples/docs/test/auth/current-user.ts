/** In place of the app's own: Auth.js, Clerk, iron-session, … */
export async function currentUser(request: Request) {
  const id = /(?:^|; )user=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1]
  return id === undefined ? undefined : { id, name: id, roles: ['staff'] }
}

import { SignJWT } from 'jose'
import { currentUser } from './current-user.ts'

export async function POST(request: Request): Promise<Response> {
  const user = await currentUser(request)
  if (!user) return new Response(null, { status: 401 })
  const key = new TextEncoder().encode(process.env['TOKEN_KEY'])
  const token = await new SignJWT({ name: user.name, roles: user.roles })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user.id)
    .setExpirationTime('10 minutes')
    .sign(key)
  return Response.json({ token }, { headers: { 'cache-control': 'no-store' } })
}

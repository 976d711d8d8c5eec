import { server } from './mock.ts'

export default { loaders: [() => server.listen()] }

import { MAX_PARAMS_BYTES, validate } from '@roomful/contract/protocol'
import { jsonText } from '../json.ts'
import type { Settings } from '../settings.ts'
import { validateOrRefuse } from '../validate-or-refuse.ts'

/**
 * The params of a join as `authorize.join` gets them: parsed by the contract's `join` schema; any JSON where it has none.
 * @throws RefusalError `SHAPE` or `TOO_LARGE`
 */
export function joinParams(params: unknown, { definition }: Settings): unknown {
  jsonText(params, MAX_PARAMS_BYTES, 'the params of a join')
  const schema = definition.join
  return schema === undefined ? params : validateOrRefuse(() => validate(schema, params, 'params'))
}

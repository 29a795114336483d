// What the model needs once a session is open, as one part of the app.
import { countingWords } from './counting-words'
import { learnRefusals } from './refusal'

export { parseScheme } from '../gs1/decode'
export { Catalogue } from './catalogue'
export { Counting } from './counting'
export { Moving } from './moving'
export { packChunk } from '../store/chunk'

learnRefusals(countingWords)

// A location, as it is called wherever one is named: its name, and the code on its label, since every section has an aisle 1.
import type { Place } from '../model/types'
import { nameOf } from '../i18n/text'
import { Code, Name } from './value'

type Called = Pick<Place, 'name' | 'location'>

export function PlaceName({ of, section }: { of: Called & Partial<Pick<Place, 'sectionName'>>; section?: boolean }) {
  return <><Name of={of.name} /> <span class="place-code"><Code>{of.location}</Code>{section && of.sectionName && <> · <Name of={of.sectionName} /></>}</span></>
}

/** The same within a sentence. */
export const placeInWords = (of: Called | undefined): string => of ? `${nameOf(of.name)} (\u2066${of.location}\u2069)` : ''

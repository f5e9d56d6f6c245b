/** Letters that look like Latin ones: pairs of the lookalike and what it passes for. Ours, by eye; not the whole of Unicode's list. */
const lookalikes =
  // Cyrillic
  'аa еe оo рp сc уy хx іi јj ѕs һh ԁd ԛq ԝw ԍg ѵv ӏl АA ВB ЕE КK МM НH ОO РP СC ТT УY ХX ЅS ІI ЈJ ԌG ԚQ ԜW ѴV ҮY ҺH Ӏl ԀD ѐe ёe їi пn гr тt кk мm нh вb ' +
  // Greek
  'αa οo ρp νv υu κk ιi τt γy χx ωw ηn ϲc ϳj ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ϹC ͿJ ' +
  // Armenian
  'օo սu հh ոn ցg զq ՏS ՍU ՕO ԼL քp ' +
  // Latin of other alphabets
  'ɑa ɡg ıi ȷj ʟL ɢG ɪI ɴN ʀR ʏY ʙB ʜH ᴀA ᴄc ᴅD ᴇE ᴊJ ᴋK ᴍM ᴏo ᴘP ᴛT ᴜu ᴠv ᴡw ᴢz ꜱs ɩi ǀl ƅb ƽs ' +
  // Cherokee and Lisu capitals
  'ᎪA ᏴB ᏟC ᎠD ᎬE ᏀG ᎻH ᎫJ ᏦK ᏞL ᎷM ᏢP ᏒR ᏚS ᎢT ᏙV ᎳW ᏃZ ꓐB ꓑP ꓒd ꓓD ꓔT ꓖG ꓗK ꓙJ ꓚC ꓜZ ꓝF ꓟM ꓠN ꓡL ꓢS ꓣR ꓦV ꓧH ꓪW ꓫX ꓬY ꓮA ꓰE ꓲI ꓳO ꓴU'

/** By UTF-16 unit of the lookalike, the Latin letter. */
export const confusables: ReadonlyMap<number, string> = new Map(
  lookalikes.split(' ').flatMap(pair => {
    const latin = pair.charAt(1)
    return latin === '' ? [] : [[pair.charCodeAt(0), latin] as const]
  }),
)

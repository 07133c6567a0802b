/**
 * English text for the inputs of functions: real words, the frequent ones as often as in real text, in sentences and
 * paragraphs. It compresses as English does (between 2:1 and 4:1 by zlib, from some ten kilobytes on).
 */
import { Buffer } from 'node:buffer';

/** The commonest words of English, the most frequent first. */
const commonWords =
  'the of and to a in that is was he for it with as his on be at by had not are but from or have an they which one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only other time new some could these two may first then do any like my now over such our man me even most made after also did many off before must well back through years much where your way down should because long each just state those people too little how good very make world still see own work men day get here old life both between being under three never know same last another while us might great go come since against right came take used himself few house use place during high without again home around small however found part school thought went say general once every upon while does left number course war until always something away fact though water less public put think almost hand enough far took head yet government system set told nothing night end why called eyes find going look asked later knew point next program city business give group toward young days let room word'
    .split(' ')
    .filter((word, index, all) => all.indexOf(word) === index);

/** Words that carry the subject of a text; all equally frequent. */
const subjects = (
  'account address afternoon agreement amount animal answer apple argument army article artist attention autumn balance bank barrel basket battle bedroom belief bicycle bishop blanket blossom border bottle bottom branch bread breakfast bridge brother bucket builder building butter cabin candle canvas captain carpet carriage castle cattle ceiling cellar century chain chair chance chapter character charge cheese chicken choice church circle citizen climate clock cloth cloud coast coffee college colour column comfort committee common company condition conference contract control copper corner cottage cotton council country couple courage cousin credit crime crowd culture current curtain customer damage danger daughter debate decade decision degree delight demand department desert design detail device dinner direction discovery disease distance district doctor document dollar doubt dozen drawing dream dress driver effort election electric engine evening event evidence example exchange expense experience factory failure family famous farmer fashion father feather feeling fellow fence field figure finger flight flower forest fortune forward foundation freedom friend frontier furniture future garden garment gather gentle glass glory golden grain grass gravity harbour harvest hearing heaven height highway history holiday honest horizon hospital hotel hour hunger husband island journal journey judge judgment justice kettle kingdom kitchen knowledge labour ladder language laughter lawyer leader leather lecture lesson letter level liberty library limit liquid liquor literature machine manager manner market marriage master material matter meadow meaning measure medicine meeting member memory merchant message metal method midnight minister minute mirror modern moment monday money morning mother motion mountain movement museum music nation nature neighbour network notice novel object ocean office officer opinion orange orchard order organ origin package painting palace paper pardon parent parliament partner party passage passenger patient pattern payment peasant pencil pepper period person picture pilot planet plaster platform pleasure pocket poetry police policy population position potato pound poverty power practice prayer present pressure price priest prince prison problem process product profit progress promise property prospect province quality quarter queen question railway reason record region religion remark report republic research resource result reward rhythm ribbon river rubber safety sailor salary sample science season secret section senate sentence servant service shadow shelter shepherd shoulder signal silence silver sister society soldier solution source space speech spirit spring square stable station steamer storm story stranger stream street strength student subject success sugar summer sunday supper supply surface surgeon surprise surround symbol table talent teacher temper temple tennis territory theatre theory thunder ticket timber tobacco tongue tower traffic train travel treasure treaty trouble truth tunnel uncle union valley value vessel victory village violence violin virtue vision voice volume voyage wagon wealth weather wedding welcome western whisper window winter wisdom witness wonder wooden worker writer yellow youth ' +
  'accept achieve admire admit advance afford allow amuse announce appear approach arrange arrive attack attempt attend avoid awake become begin behave believe belong blame borrow break breathe bring build burn carry catch cause cease change choose claim clean climb collect compare complain complete conceal concern conclude confess connect consider contain continue correct cover create cross decide declare defend deliver deny depend deserve destroy develop disappear discover discuss divide double drink earn encourage enjoy enter escape establish examine excite excuse expect explain express extend favour follow forbid forget forgive gain grow guess handle happen hasten hesitate hide hope hurry imagine improve include increase inform inquire insist intend introduce invent invite join laugh learn lend listen marry mean mention move need obey observe obtain offer open oppose owe perform permit persuade please possess pour praise prefer prepare preserve press pretend prevent produce protect prove provide pull punish pursue push raise reach realise receive recognise recover reduce refuse regret remain remember remove repair repeat replace reply represent require rescue resist respect rest restore return ride ring rise rush satisfy save scatter search seem seize sell send separate serve settle shake share shine shout show shut sing sink sleep smile speak spend spread stand start stay steal stop strike struggle study succeed suffer suggest support suppose surrender suspect swim teach tear tempt thank threaten throw touch trade treat tremble trust try turn understand unite visit wait wake walk wander want warn wash waste watch wear weave weep wish ' +
  'able absent active ancient angry anxious asleep awful bitter brave bright brief broad busy calm careful certain cheap cheerful clever cold cool cruel curious dark dear deep delicate different difficult distant dry dull eager early eastern easy empty equal false fierce final fine firm flat foolish foreign fresh full generous glad grand grateful grey guilty happy hard harsh heavy hollow holy hot humble hungry idle important innocent jealous keen kind large late lazy light lonely loose loud lovely low lucky mad merry mild narrow native near neat necessary noble noisy northern odd official patient perfect plain pleasant polite poor popular possible precious pretty private proper proud pure quick quiet rapid rare raw ready real red rich ripe rough round royal rude sacred sad safe severe shallow sharp short shy sick silent simple single slow smooth social soft solemn solid sore sour southern steady steep stiff straight strange strict strong stupid sudden sweet swift tall tame tender thick thin tight tiny tired total tough true ugly usual vain various vast warm weak wet whole wicked wide wild wise worthy wrong'
).split(' ');

const names =
  'Abigail Arthur Beatrice Bernard Charlotte Clement Dorothy Edmund Eleanor Florence Frederick George Harriet Henry Isabel James Katherine Leonard Margaret Matilda Nathaniel Oliver Philip Rosamund Samuel Theodore Victoria Walter Winifred London Bristol Dublin Oxford Norwich Plymouth Boston Halifax Sydney Madras Lisbon Vienna Geneva'.split(
    ' ',
  );

const endings = ['.', '.', '.', '.', '.', '.', '?', '!'];
const shareOfCommonWords = 0.56;
const shareOfNames = 0.03;
const shareOfNumbers = 0.01;
const shareOfCommas = 0.09;

/** Zipf's law: the word of rank r is as frequent as 1/r; here the share of all words up to each rank. */
const sharesUpToRank = cumulativeShares(commonWords.map((_, index) => 1 / (index + 1)));

/**
 * English text in ASCII, the same for the same numbers of `random`; it may end within a word.
 * @param {number} bytes how many bytes of text, 0 or more
 * @param {() => number} random uniform integers from 0 to 2^32 - 1
 * @returns {Buffer} of exactly `bytes` bytes
 */
export function englishText(bytes, random) {
  /** @type {string[]} */
  const paragraphs = [];
  let length = 0;
  while (length < bytes) {
    const paragraph = `${englishParagraph(random)}\n\n`;
    paragraphs.push(paragraph);
    length += paragraph.length;
  }
  return Buffer.from(paragraphs.join(''), 'latin1').subarray(0, bytes);
}

/**
 * One to six sentences, separated by spaces.
 * @param {() => number} random uniform integers from 0 to 2^32 - 1
 */
function englishParagraph(random) {
  return Array.from({ length: 1 + (random() % 6) }, () => englishSentence(random)).join(' ');
}

/**
 * Four to twenty-three words with a capital first and a mark of punctuation last.
 * @param {() => number} random uniform integers from 0 to 2^32 - 1
 */
function englishSentence(random) {
  const words = Array.from({ length: 4 + (random() % 20) }, () => englishWord(random));
  const last = words.length - 1;
  const text = words
    .map((word, index) => (index < last && share(random) < shareOfCommas ? `${word},` : word))
    .join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1) + oneOf(endings, random);
}

/**
 * A word, a name or a number, as often as text has them.
 * @param {() => number} random uniform integers from 0 to 2^32 - 1
 * @returns {string}
 */
function englishWord(random) {
  const kind = share(random);
  if (kind < shareOfCommonWords) return commonWord(random);
  if (kind < shareOfCommonWords + shareOfNames) return oneOf(names, random);
  if (kind < shareOfCommonWords + shareOfNames + shareOfNumbers) return String(random() % 2000);
  return oneOf(subjects, random);
}

/** @param {() => number} random */
function commonWord(random) {
  const wanted = share(random);
  let low = 0;
  let high = commonWords.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sharesUpToRank[middle] ?? 1) < wanted) low = middle + 1;
    else high = middle;
  }
  return commonWords[low] ?? '';
}

/** @param {readonly number[]} weights */
function cumulativeShares(weights) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => (sum += weight) / total);
}

/**
 * @template T
 * @param {readonly T[]} values
 * @param {() => number} random
 * @returns {T}
 */
function oneOf(values, random) {
  return /** @type {T} */ (values[random() % values.length]);
}

/**
 * A number in [0, 1).
 * @param {() => number} random
 */
function share(random) {
  return random() / 2 ** 32;
}

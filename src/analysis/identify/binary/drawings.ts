import type { BinarySample } from './binary-sample.ts';
import { has, isBetween, latin1, u8, u16be, u16le, u32le } from './bytes.ts';
import { among, type Detector, signature, when } from './detector.ts';

/** Vector images, CAD, and three-dimensional models. */
export const drawings: readonly Detector[] = [
  ...when('image/emf', ['EMF', 41], ({ head }) => u32le(head, 0) === 1 && u8(head, 40) === 0x20),
  ...signature('image/wmf', '\xd7\xcd\xc6\x9a'),
  ...when('image/wmf', ['\x01\0\x09\0', '\x02\0\x09\0'], isMetafile),
  ...when(
    'image/x-pict',
    [
      ['\0\x11\x02\xff', 522],
      ['\0\x11\x02\xff', 10],
    ],
    isPicture,
  ),
  ...when('image/x-pict', ['\x11\x01', 522], ({ head }) => isFrame(head, 512)),
  ...when('image/cgm', ['\0'], isComputerGraphics),
  ...signature('image/x-freehand', 'AGD4', 'AGD3', 'AGD2', 'FHD3'),
  ...signature('application/vnd.xara', 'XARA\xa3\xa3\r\n'),
  // AutoCAD names releases before 2 in other ways.
  ...when('image/vnd.dwg', ['AC1', 'AC2', 'MC0'], ({ head }) =>
    /^(?:AC1[0-9]{3}|AC1\.[2-5]0?|AC2\.[12]\d|AC10[0-9]{2}|MC0\.0)\0?/.test(latin1(head, 0, 7)),
  ),
  ...signature('image/vnd.dxf', 'AutoCAD Binary DXF\r\n\x1a\0'),
  ...signature('image/vnd.dxb', 'AutoCAD DXB 1.0\r\n\x1a'),
  ...signature('image/vnd.dgn', '\x08\x09\xfe\x02', '\xc8\x09\xfe\x02', '\x08\x05\x17\0', '\xc8\x05\x17\0'),
  ...signature('model/vnd.dwf', '(DWF V'),
  ...signature('model/e57', 'ASTM-E57'),
  ...signature('application/vnd.sketchup.skp', '\xff\xfe\xff\x0eS\0k\0e\0t\0c\0h\0U\0p\0'),
  ...when(
    'image/x-3ds',
    'MM',
    ({ head, size }) => u32le(head, 2) === size && [0x0002, 0x3d3d].includes(u16le(head, 6)),
  ),
  ...when('application/x-blender', 'BLENDER', ({ head }) => /^(?:[-_][vV]\d{3}|\d\d-\d\dv)/.test(latin1(head, 7, 6))),
  ...signature('application/vnd.autodesk.fbx', 'Kaydara FBX Binary  \0'),
  ...when('model/gltf-binary', 'glTF', ({ head }) => isBetween(u32le(head, 4), 1, 2)),
  ...signature('model/vnd.usdc', 'PXR-USDC'),
  ...when('model/x-ply', ['ply\n', 'ply\r'], ({ head }) => latin1(head, 4, 40).includes('format ')),
  ...signature('model/x-pcd', '# .PCD v'),
  ...among('LASF', ({ head }) => (u8(head, 104) >= 0x80 ? 'application/vnd.laszip' : 'application/vnd.las')),
  ...when('model/vnd.maya', ['FOR4', 'FOR8'], ({ head }) => /Maya|MAYA/.test(latin1(head, 8, 16))),
  ...signature('model/vnd.rhino', '3D Geometry File Format '),
  ...when('model/jt', 'Version ', ({ head }) => has(head, 12, ' JT')),
  ...signature('model/u3d', 'U3D\0'),
  ...signature('application/x-draco', 'DRACO'),
  ...signature('model/x-md2', 'IDP2'),
  ...signature('application/acis', 'ACIS BinaryFile'),
  ...signature('application/x-catia', 'V5_CFV2'),
  ...signature('application/x-creo', '#UGC:2'),
];

/** Asked after all that have a signature. */
export const unsignedDrawings: readonly Detector[] = when('model/stl', '', isTriangles);

/** A metafile without the header that places it. Source: [MS-WMF] 2.3.2.2. */
function isMetafile({ head, size }: BinarySample): boolean {
  const isVersion = [0x0100, 0x0300].includes(u16le(head, 4));
  return isVersion && isBetween(u32le(head, 6) * 2, 18, size + 64) && u16le(head, 16) === 0 && u32le(head, 12) >= 3;
}

/** A picture of QuickDraw, behind 512 bytes for the application or without them. */
function isPicture({ head }: BinarySample): boolean {
  const at = has(head, 522, '\0\x11\x02\xff') ? 512 : 0;
  return isFrame(head, at) && [0x0c00, 0x0000, 0x001e].includes(u16be(head, at + 14));
}

function isFrame(head: Buffer, at: number): boolean {
  const [top, left, bottom, right] = [2, 4, 6, 8].map((offset) => (u16be(head, at + offset) << 16) >> 16) as [
    number,
    number,
    number,
    number,
  ];
  return top < bottom && left < right;
}

/** BEGIN METAFILE with a name, and METAFILE VERSION. Source: ISO/IEC 8632-3, binary encoding. */
function isComputerGraphics({ head }: BinarySample): boolean {
  const command = u16be(head, 0);
  if (!isBetween(command, 0x0020, 0x003f)) return false;
  const isLong = command === 0x003f;
  const length = isLong ? u16be(head, 2) & 0x7fff : command & 0x1f;
  const next = (isLong ? 4 : 2) + length + (length % 2);
  return u16be(head, next) === 0x1022 && isBetween(u16be(head, next + 2), 1, 4);
}

/** Triangles alone, as many as the header says. Its 80 bytes are free, but an image or program has others there. */
function isTriangles({ head, size }: BinarySample): boolean {
  const triangles = u32le(head, 80);
  return triangles > 0 && size === 84 + 50 * triangles;
}

"""The symbols that we draw are the symbols that others read."""

import cv2
import numpy as np
import pytest
import zxingcpp

from domain.letter.examination import LetterOnRecord
from letters.codes import marker_cells, page_code
from letters.geometry import GEOMETRY, fiducial_id
from letters.opening.raster import issued_page
from tests.support.builders import letter


@pytest.mark.parametrize("corner", range(4))
def test_the_corner_markers_are_those_of_the_dictionary(corner: int) -> None:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    marker_id = fiducial_id(0, corner)

    expected = cv2.aruco.generateImageMarker(dictionary, marker_id, 6) == 0

    assert np.array_equal(np.array(marker_cells(marker_id)), expected)


def test_codes_and_markers_stand_where_the_geometry_says(issued: LetterOnRecord) -> None:
    page = issued_page(issued.pdf, 0, 8.0)
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))

    corners, ids, _ = detector.detectMarkers(page)
    codes = zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode)

    found = {int(marker_id): points.reshape(4, 2) / 8.0 for marker_id, points in zip(ids.ravel(), corners, strict=True)}
    assert sorted(found) == [0, 1, 2, 3]
    for marker_id, points in found.items():
        assert np.abs(points - np.array(GEOMETRY.pages[0].fiducials[marker_id].corners_mm)).max() < 0.3
    assert {code.text for code in codes} == {page_code(letter(), 1, 1).text}
    middles = sorted((code.position.top_left.y + code.position.bottom_right.y) / 16 for code in codes)
    assert middles == pytest.approx([box.y_mm + box.height_mm / 2 for box in GEOMETRY.pages[0].codes], abs=0.5)
